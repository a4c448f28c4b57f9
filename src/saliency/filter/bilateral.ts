/** The bilateral filter where values differ by little: a Gaussian blur in which pixels of other values count slightly less. */
import type { Plane } from '../../image/image.js';
import { emptyPlane } from '../plane.js';
import { reflect101 } from './border.js';

const RADIUS = 3;
/** Rows at hand: seven. */
const ROWS = 2 * RADIUS + 1;

/**
 * cv2.bilateralFilter on floats with d = 7: the disk of radius 3, weights exp(-d^2 / 2 place^2 - dv^2 / 2 value^2), mirrored at the border.
 *
 * With `value` far above the differences dv within the disk, exp(-t) is 1 - t with an error of t^2 / 2. The sums over the disk are then
 * those of the values, their squares and cubes, each a blur of rows and of columns; the error for dv up to value / 10 is 1e-5.
 */
export function mildBilateral(plane: Plane, { value, place }: { value: number; place: number }): Plane {
  const { width, height } = plane;
  const result = emptyPlane(plane);
  const weight = (d: number) => Math.exp(-(d * d) / (2 * place * place));
  const bell: Bell = [1, weight(1), weight(2), weight(3)];
  const ring = ringOf(plane, bell);
  for (let y = -RADIUS; y < RADIUS; y++) ring.fill(y);
  for (let y = 0; y < height; y++) {
    ring.fill(y + RADIUS);
    weighRow(ring, y, bell, 1 / (2 * value * value), result.data.subarray(y * width, (y + 1) * width));
  }
  return result;
}

/** exp(-d^2 / 2 place^2) at the distances 0 to 3. */
type Bell = readonly [number, number, number, number];

/** What is known of the last seven rows: row y of the picture is at (y + 3) mod 7. Rows outside are their mirror images. */
interface Ring {
  readonly width: number;
  /** Values, with three more columns on either side. */
  readonly values: Float64Array;
  /** Weighted sums of values, squares and cubes up to two columns away. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly third: Float64Array;
  fill(y: number): void;
}

function ringOf({ width, height, data }: Plane, [, near, mid]: Bell): Ring {
  const stride = width + 2 * RADIUS;
  const outside = [-3, -2, -1, width, width + 1, width + 2];
  const values = new Float64Array(ROWS * stride);
  const [first, second, third] = [0, 1, 2].map(() => new Float64Array(ROWS * width)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    width,
    values,
    first,
    second,
    third,
    fill(y) {
      const start = reflect101(y, height) * width;
      const slot = (y + RADIUS) % ROWS;
      const row = slot * stride + RADIUS;
      for (let x = 0; x < width; x++) values[row + x] = data[start + x]!;
      for (const x of outside) values[row + x] = data[start + reflect101(x, width)]!;
      for (let x = 0, at = row, to = slot * width; x < width; x++, at++, to++) {
        const a = values[at - 2]!;
        const b = values[at - 1]!;
        const c = values[at]!;
        const d = values[at + 1]!;
        const e = values[at + 2]!;
        const aa = a * a;
        const bb = b * b;
        const cc = c * c;
        const dd = d * d;
        const ee = e * e;
        first[to] = c + near * (b + d) + mid * (a + e);
        second[to] = cc + near * (bb + dd) + mid * (aa + ee);
        third[to] = cc * c + near * (bb * b + dd * d) + mid * (aa * a + ee * e);
      }
    },
  };
}

/** The disk reaches 3, 2, 2 and 0 columns at the distances 0 to 3 of rows. */
function weighRow(
  { width, values, first, second, third }: Ring,
  y: number,
  [, near, mid, far]: Bell,
  k: number,
  into: Float32Array,
): void {
  const slots = [-3, -2, -1, 0, 1, 2, 3].map((offset) => (y + offset + RADIUS) % ROWS);
  const [up2, up1, here, down1, down2] = [
    slots[1]! * width,
    slots[2]! * width,
    slots[3]! * width,
    slots[4]! * width,
    slots[5]! * width,
  ];
  const valueAt = (slot: number) => slot * (width + 2 * RADIUS) + RADIUS;
  const [above, middle, below] = [valueAt(slots[0]!), valueAt(slots[3]!), valueAt(slots[6]!)];
  const mass = 1 + 4 * near + 4 * mid + 4 * far + 4 * near * near + 8 * near * mid + 4 * mid * mid;
  for (let x = 0; x < width; x++) {
    const c = values[middle + x]!;
    const l = values[middle + x - 3]!;
    const r = values[middle + x + 3]!;
    const t = values[above + x]!;
    const b = values[below + x]!;
    const ll = l * l;
    const rr = r * r;
    const tt = t * t;
    const bb = b * b;
    const m1 =
      first[here + x]! +
      near * (first[up1 + x]! + first[down1 + x]!) +
      mid * (first[up2 + x]! + first[down2 + x]!) +
      far * (l + r + t + b);
    const m2 =
      second[here + x]! +
      near * (second[up1 + x]! + second[down1 + x]!) +
      mid * (second[up2 + x]! + second[down2 + x]!) +
      far * (ll + rr + tt + bb);
    const m3 =
      third[here + x]! +
      near * (third[up1 + x]! + third[down1 + x]!) +
      mid * (third[up2 + x]! + third[down2 + x]!) +
      far * (ll * l + rr * r + tt * t + bb * b);
    into[x] = (m1 - k * (m3 - 2 * c * m2 + c * c * m1)) / (mass - k * (m2 - 2 * c * m1 + c * c * mass));
  }
}
