/** Resizes 8-bit photos as Pillow does, to the bit, and float maps as ONNX Resize and OpenCV do. */
import { fail } from '../errors.js';
import type { Image, Plane } from './image.js';
import { type Filter, nearestTaps, type SmoothFilter, type Taps, taps } from './resampling.js';

/** A rectangle in pixels; the image's own is 0, 0, width, height. Pixel (x, y) covers [x, x+1) by [y, y+1). */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface ResizeOptions {
  /** The part that is resized, in (fractional) source pixels; as Pillow's `box`, pixels outside it still weigh in at its border. Default: all. */
  readonly box?: Box;
  /** Widen the filter when shrinking. Default true for photos (Pillow), false for planes (ONNX Resize, cv2.INTER_LINEAR). */
  readonly antialias?: boolean;
}

/** Pillow's fixed-point precision: 8 bits are the pixel, 2 the headroom of filters with negative lobes. */
const FRACTION_BITS = 32 - 8 - 2;
const HALF = 1 << (FRACTION_BITS - 1);

/**
 * Resizes an 8-bit image like `PIL.Image.resize(size, resample, box)`: rows, then columns, each pass rounded to 8 bits.
 * Equal to Pillow in every byte (fixtures: oracles/image). With `antialias: false` and `bilinear` it is cv2.INTER_LINEAR within one level.
 * @throws UserError if the size is not positive whole pixels, or the box is empty or leaves the image
 */
export function resizeImage(image: Image, width: number, height: number, filter: Filter, options: ResizeOptions = {}): Image {
  const { antialias = true } = options;
  const box = singlePrecision(options.box ?? wholeOf(image));
  checkSize(width, height);
  if (box.left < 0 || box.top < 0 || box.right > image.width || box.bottom > image.height) {
    fail(`resize: the box ${describe(box)} leaves the image of ${image.width}x${image.height}`);
  }
  if (box.right <= box.left || box.bottom <= box.top) fail(`resize: the box ${describe(box)} is empty`);
  if (filter === 'nearest') return nearest(image, width, height, box);
  const across = (from: Image): Image =>
    width === image.width && box.left === 0 && box.right === image.width
      ? from
      : resizeRows(from, taps(image.width, [box.left, box.right], width, filter, antialias));
  const down = (from: Image): Image =>
    height === image.height && box.top === 0 && box.bottom === image.height
      ? from
      : resizeColumns(from, taps(image.height, [box.top, box.bottom], height, filter, antialias));
  // Since Pillow 13; before, rows always came first, which differs in such a case by a level or two.
  const columnsFirst = image.height - height > Math.max(0, 2 * (image.width - width));
  const resized = columnsFirst ? across(down(image)) : down(across(image));
  return resized === image ? { ...image, data: image.data.slice() } : resized;
}

/**
 * Resizes a float plane. By default bilinear between pixel centres without antialias and with the border repeated: ONNX `Resize`
 * (linear, half_pixel), `cv2.INTER_LINEAR`, `torch.nn.functional.interpolate(mode='bilinear', align_corners=False)`.
 * The box may leave the plane: where it does, the border is repeated for half a pixel and the rest is 0.
 * @throws UserError if the size is not positive whole pixels
 */
export function resizePlane(
  plane: Plane,
  width: number,
  height: number,
  options: ResizeOptions & { readonly filter?: Filter } = {},
): Plane {
  const { box = wholeOf(plane), antialias = false, filter = 'bilinear' } = options;
  checkSize(width, height);
  const data = new Float32Array(width * height);
  if (filter === 'nearest') {
    const columns = nearestTaps(plane.width, [box.left, box.right], width);
    const rows = nearestTaps(plane.height, [box.top, box.bottom], height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) data[y * width + x] = plane.data[rows[y]! * plane.width + columns[x]!]!;
    }
    return { width, height, data };
  }
  const wide = new Float64Array(width * plane.height);
  const columns = taps(plane.width, [box.left, box.right], width, filter as SmoothFilter, antialias);
  for (let y = 0; y < plane.height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      const start = y * plane.width + columns.first[x]!;
      for (let k = 0; k < columns.count[x]!; k++) sum += plane.data[start + k]! * columns.weights[x * columns.stride + k]!;
      wide[y * width + x] = sum;
    }
  }
  const rows = taps(plane.height, [box.top, box.bottom], height, filter as SmoothFilter, antialias);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      const start = rows.first[y]! * width + x;
      for (let k = 0; k < rows.count[y]!; k++) sum += wide[start + k * width]! * rows.weights[y * rows.stride + k]!;
      data[y * width + x] = sum;
    }
  }
  return { width, height, data };
}

/** The box of everything. */
export function wholeOf({ width, height }: { readonly width: number; readonly height: number }): Box {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** The box as Pillow sees it: its corner and its sides in single precision. */
function singlePrecision({ left, top, right, bottom }: Box): Box {
  const [x, y] = [Math.fround(left), Math.fround(top)];
  return { left: x, top: y, right: x + Math.fround(Math.fround(right) - x), bottom: y + Math.fround(Math.fround(bottom) - y) };
}

const describe = ({ left, top, right, bottom }: Box): string => `(${left}, ${top}, ${right}, ${bottom})`;

function checkSize(width: number, height: number): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    fail(`resize: ${width}x${height} is not a size; both sides are at least one whole pixel`);
  }
}

/** Weights as Pillow rounds them: to the nearest 1/2^22, halves away from zero. */
function fixedPoint({ weights }: Taps): Int32Array {
  const one = 1 << FRACTION_BITS;
  return Int32Array.from(weights, (w) => Math.trunc(w * one + (w < 0 ? -0.5 : 0.5)));
}

const toByte = (sum: number): number => Math.max(0, Math.min(255, sum >> FRACTION_BITS));

function resizeRows(image: Image, taps: Taps): Image {
  const width = taps.first.length;
  const weights = fixedPoint(taps);
  const data = new Uint8Array(width * image.height * 3);
  for (let y = 0, out = 0; y < image.height; y++) {
    const row = y * image.width * 3;
    for (let x = 0; x < width; x++, out += 3) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const end = x * taps.stride + taps.count[x]!;
      for (let k = x * taps.stride, at = row + taps.first[x]! * 3; k < end; k++, at += 3) {
        const weight = weights[k]!;
        red = (red + Math.imul(image.data[at]!, weight)) | 0;
        green = (green + Math.imul(image.data[at + 1]!, weight)) | 0;
        blue = (blue + Math.imul(image.data[at + 2]!, weight)) | 0;
      }
      data[out] = toByte(red);
      data[out + 1] = toByte(green);
      data[out + 2] = toByte(blue);
    }
  }
  return { width, height: image.height, data };
}

function resizeColumns(image: Image, taps: Taps): Image {
  const height = taps.first.length;
  const weights = fixedPoint(taps);
  const length = image.width * 3;
  const data = new Uint8Array(length * height);
  const sums = new Int32Array(length);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let k = 0; k < taps.count[y]!; k++) {
      const weight = weights[y * taps.stride + k]!;
      const row = (taps.first[y]! + k) * length;
      for (let x = 0; x < length; x++) sums[x] = sums[x]! + Math.imul(image.data[row + x]!, weight);
    }
    for (let x = 0; x < length; x++) data[y * length + x] = toByte(sums[x]!);
  }
  return { width: image.width, height, data };
}

function nearest(image: Image, width: number, height: number, box: Box): Image {
  const columns = nearestTaps(image.width, [box.left, box.right], width);
  const rows = nearestTaps(image.height, [box.top, box.bottom], height);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++, out += 3) {
      const at = (rows[y]! * image.width + columns[x]!) * 3;
      data[out] = image.data[at]!;
      data[out + 1] = image.data[at + 1]!;
      data[out + 2] = image.data[at + 2]!;
    }
  }
  return { width, height, data };
}
