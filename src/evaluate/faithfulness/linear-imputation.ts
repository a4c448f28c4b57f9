/** Noisy linear imputation: missing pixels become what their neighbours imply, so that the hole itself says little. */
import { random } from '../../tensor/random.js';
import { type Pixels, pixelCount } from './pixels.js';

export interface ImputationOptions {
  /** Standard deviation of the noise added to imputed pixels, in the image's own units. Default 0.01, ROAD's. */
  readonly noise?: number;
  readonly seed?: number;
  /** Relative residual at which the solver stops. Default 1e-12; 1e-4 is well below the noise and several times faster. */
  readonly tolerance?: number;
}

/**
 * The image with its missing pixels solved from a linear system: each is the mean of its neighbours, direct ones weighing 1/6 and diagonal ones 1/12,
 * those outside the image left out; then noise. Rong et al., "ROAD", ICML 2022, equation 8; equal to pytorch-grad-cam's `NoisyLinearImputer`.
 * Where every pixel is missing nothing is known, and all become 0.
 *
 * Pitfall: of a large smooth region it makes one blur, which a model can recognise as a hole too.
 * @param missing not 0 where a pixel is to be imputed
 */
export function linearImputation(
  image: Pixels,
  missing: ArrayLike<number>,
  { noise = 0.01, seed = 0, tolerance = 1e-12 }: ImputationOptions = {},
): Pixels {
  const system = systemOf(image, missing);
  const size = pixelCount(image);
  const data = image.data.slice();
  const { normal } = random(seed);
  for (let c = 0; c < image.channels; c++) {
    const values = data.subarray(c * size, (c + 1) * size);
    const solved = system.unknowns.length === size ? new Float64Array(size) : solve(system, values, tolerance);
    system.unknowns.forEach((pixel, k) => {
      values[pixel] = solved[k]! + (noise > 0 ? noise * normal() : 0);
    });
  }
  return { ...image, data };
}

const offsets: readonly [dx: number, dy: number, weight: number][] = [
  [-1, 0, 1 / 6],
  [1, 0, 1 / 6],
  [0, -1, 1 / 6],
  [0, 1, 1 / 6],
  [-1, -1, 1 / 12],
  [1, -1, 1 / 12],
  [-1, 1, 1 / 12],
  [1, 1, 1 / 12],
];

interface System {
  /** Pixels to be solved. */
  readonly unknowns: Int32Array;
  /** Sum of the weights of the neighbours inside the image. */
  readonly diagonal: Float64Array;
  /** Eight for each unknown: the neighbour's pixel, or -1 outside the image. */
  readonly neighbours: Int32Array;
  /** Index among the unknowns of every pixel, or -1 where it is known. */
  readonly indexOf: Int32Array;
}

function systemOf({ width, height }: Pixels, missing: ArrayLike<number>): System {
  const all = Int32Array.from({ length: width * height }, (_, i) => i);
  const unknowns = all.filter((i) => missing[i] !== 0);
  const indexOf = new Int32Array(width * height).fill(-1);
  unknowns.forEach((pixel, k) => {
    indexOf[pixel] = k;
  });
  const diagonal = new Float64Array(unknowns.length);
  const neighbours = new Int32Array(unknowns.length * offsets.length).fill(-1);
  unknowns.forEach((pixel, k) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    offsets.forEach(([dx, dy, weight], n) => {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) return;
      neighbours[k * offsets.length + n] = (y + dy) * width + x + dx;
      diagonal[k]! += weight;
    });
  });
  return { unknowns, diagonal, neighbours, indexOf };
}

/** Conjugate gradients with the diagonal as preconditioner: the matrix is a weighted Laplacian, positive definite once one pixel is known. */
function solve(system: System, values: Float32Array | Float64Array, tolerance: number): Float64Array {
  const { unknowns, diagonal } = system;
  const known = mean(values, system.indexOf);
  const x = new Float64Array(unknowns.length).fill(known);
  const residual = rightSide(system, values);
  const target = tolerance * Math.max(norm(residual), 1e-300);
  const product = new Float64Array(unknowns.length);
  multiply(system, x, product);
  for (let i = 0; i < residual.length; i++) residual[i]! -= product[i]!;
  const z = residual.map((r, i) => r / diagonal[i]!);
  const direction = z.slice();
  let rz = dot(residual, z);
  for (let step = 0; step < 10 * unknowns.length && norm(residual) > target; step++) {
    multiply(system, direction, product);
    const length = rz / dot(direction, product);
    for (let i = 0; i < x.length; i++) {
      x[i]! += length * direction[i]!;
      residual[i]! -= length * product[i]!;
      z[i] = residual[i]! / diagonal[i]!;
    }
    const next = dot(residual, z);
    for (let i = 0; i < x.length; i++) direction[i] = z[i]! + (next / rz) * direction[i]!;
    rz = next;
  }
  return x;
}

function rightSide({ unknowns, neighbours, indexOf }: System, values: Float32Array | Float64Array): Float64Array {
  return Float64Array.from(unknowns, (_, k) => {
    let sum = 0;
    for (let n = 0; n < offsets.length; n++) {
      const at = neighbours[k * offsets.length + n]!;
      if (at >= 0 && indexOf[at] === -1) sum += offsets[n]![2] * values[at]!;
    }
    return sum;
  });
}

function multiply({ diagonal, neighbours, indexOf }: System, x: Float64Array, product: Float64Array): void {
  for (let k = 0; k < x.length; k++) {
    let sum = diagonal[k]! * x[k]!;
    for (let n = 0; n < 8; n++) {
      const at = neighbours[k * 8 + n]!;
      const j = at >= 0 ? indexOf[at]! : -1;
      if (j >= 0) sum -= (n < 4 ? 1 / 6 : 1 / 12) * x[j]!;
    }
    product[k] = sum;
  }
}

/** Mean of the known pixels: where the solver starts. */
function mean(values: Float32Array | Float64Array, indexOf: Int32Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (indexOf[i] !== -1) continue;
    sum += values[i]!;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
