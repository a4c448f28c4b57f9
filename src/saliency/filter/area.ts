/** Shrinks a picture by averaging what each pixel of the small one covers: OpenCV's INTER_AREA. */
import type { Picture } from '../picture.js';
import { roundHalfToEven } from './rounding.js';

/** Which source pixels an output pixel covers, and by how much, as parts that add up to 1. */
interface Cover {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly stride: number;
  readonly weights: Float64Array;
}

/** The picture at a smaller size; bytes are rounded, halves to even. */
export function shrinkByArea({ width, height, channels, levels }: Picture, toWidth: number, toHeight: number): Picture {
  const columns = covers(width, toWidth);
  const rows = covers(height, toHeight);
  const small =
    levels instanceof Uint8Array
      ? new Uint8Array(toWidth * toHeight * channels)
      : new Float32Array(toWidth * toHeight * channels);
  const finish = levels instanceof Uint8Array ? roundHalfToEven : (value: number) => value;
  const sums = new Float64Array(toWidth * channels);
  for (let y = 0; y < toHeight; y++) {
    sums.fill(0);
    for (let j = 0; j < rows.count[y]!; j++) {
      const row = (rows.first[y]! + j) * width;
      const rowWeight = rows.weights[y * rows.stride + j]!;
      for (let x = 0; x < toWidth; x++) {
        for (let i = 0; i < columns.count[x]!; i++) {
          const weight = rowWeight * columns.weights[x * columns.stride + i]!;
          const at = (row + columns.first[x]! + i) * channels;
          for (let c = 0; c < channels; c++) sums[x * channels + c]! += weight * levels[at + c]!;
        }
      }
    }
    for (let i = 0; i < sums.length; i++) small[y * sums.length + i] = finish(sums[i]!);
  }
  return { width: toWidth, height: toHeight, channels, levels: small };
}

function covers(from: number, to: number): Cover {
  const scale = from / to;
  const stride = Math.ceil(scale) + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Float64Array(to * stride);
  for (let i = 0; i < to; i++) {
    const start = i * scale;
    const end = Math.min(from, start + scale);
    first[i] = Math.floor(start);
    const last = Math.min(from, Math.ceil(end - 1e-9));
    count[i] = last - first[i]!;
    for (let k = 0; k < count[i]!; k++) {
      const left = Math.max(start, first[i]! + k);
      weights[i * stride + k] = (Math.min(end, first[i]! + k + 1) - left) / (end - start);
    }
  }
  return { first, count, stride, weights };
}
