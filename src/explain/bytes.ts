/** Models in memory. */
import { fail } from '../errors.js';
import { decodeModel, memorySource } from '../onnx/codec/index.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Model } from './explanation.js';

export interface BytesOptions {
  readonly runtime: Runtime;
  /** How messages call the model. */
  readonly name?: string;
  /** Contents of the files beside the model that hold its weights, by the names it uses. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly labels?: readonly string[];
}

/** A model from the bytes of its file. Explainers refer to these bytes for the weights. */
export function modelFromBytes(bytes: Uint8Array, { runtime, name = 'model.onnx', files = {}, labels }: BytesOptions): Model {
  const open = (file: string) =>
    memorySource(files[file] ?? fail(`${name} keeps weights in "${file}", which was not given`), file);
  return {
    graph: decodeModel(memorySource(bytes, name), open),
    weights: { file: name, bytes: { ...files, [name]: bytes } },
    runtime,
    labels,
  };
}
