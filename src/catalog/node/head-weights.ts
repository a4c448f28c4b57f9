/** Weights of heads that lie in a model's folder, for the object and context parts of a score. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { decodeNpy } from '../../tensor/npy.js';
import type { FloatArray } from '../../tensor/tensor.js';

export const HEAD_WEIGHTS = 'head-weights.npy';

/** The file's array under its name, from beside the model or from above a folder `onnx`; none where there is no such file. */
export function headWeightsBeside(model: string): (FloatArray & { readonly name: string }) | undefined {
  const folder = dirname(model);
  const folders = basename(folder) === 'onnx' ? [folder, dirname(folder)] : [folder];
  const name = folders.map((inner) => join(inner, HEAD_WEIGHTS)).find(existsSync);
  if (!name) return undefined;
  const { shape, data } = decodeNpy(readFileSync(name), name);
  return { shape, data: Float32Array.from(data as ArrayLike<number>, Number), name };
}
