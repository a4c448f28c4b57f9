/** Runs graphs on ONNX Runtime, whichever build of it: native in Node, WebAssembly or WebGPU in a browser. */
import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from 'onnxruntime-common';
import { fail, UserError } from '../errors.js';
import { encodeModel } from '../onnx/codec/index.js';
import type { Graph } from '../onnx/graph.js';
import { type DType, fromHalf, toHalf } from '../onnx/tensor.js';
import type { NdArray, NumericArray } from '../tensor/tensor.js';

/** What is used of ONNX Runtime: both packages have it. */
export interface Ort {
  readonly InferenceSession: { create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession> };
  readonly Tensor: new (type: OrtTensor.Type, data: OrtTensor.DataType, dims: readonly number[]) => OrtTensor;
}

/** Where a thin graph finds the weights that it refers to. */
export interface WeightFiles {
  /** The model's file name, without its folder. */
  readonly file: string;
  /** The folder it lies in, on a disk; or the bytes of all files by name, in memory. */
  readonly folder?: string;
  readonly bytes?: Readonly<Record<string, Uint8Array>>;
}

export interface LoadOptions {
  readonly weights?: WeightFiles | undefined;
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
}

export interface RuntimeOptions {
  /** Of a single run; all cores by default. */
  readonly threads?: number;
  readonly executionProviders?: InferenceSession.SessionOptions['executionProviders'];
}

export interface Session {
  /** Computes all outputs from all inputs. */
  run(inputs: Readonly<Record<string, NdArray>>): Promise<Record<string, NdArray>>;
  dispose(): Promise<void>;
}

export interface Runtime {
  load(graph: Graph, options?: LoadOptions): Promise<Session>;
}

/** A runtime over a build of ONNX Runtime. Runs of one runtime follow one another: browsers allow no two at once. */
export function ortRuntime(ort: Ort, { threads, executionProviders }: RuntimeOptions = {}): Runtime {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    async load(graph, { weights, optimization = 'all' } = {}) {
      const model = encodeModel(graph, weights ? { referTo: weights.file } : {});
      const options: InferenceSession.SessionOptions = {
        graphOptimizationLevel: optimization,
        // Errors arrive as exceptions; warnings about a model are of no use to whoever explains it.
        logSeverityLevel: 4,
        ...(threads !== undefined && { intraOpNumThreads: threads }),
        ...(executionProviders && { executionProviders }),
        extra: {
          session: {
            // Else products of bytes saturate at 16 bits on x64 processors without VNNI, and quantised models give other scores there.
            x64quantprecision: '1',
            ...(weights?.folder !== undefined && { model_external_initializers_file_folder_path: weights.folder }),
            ...(weightBytes(graph) > LARGE_WEIGHTS && { disable_prepacking: '1' }),
          },
        },
        ...(weights?.bytes && { externalData: Object.entries(weights.bytes).map(([path, data]) => ({ path, data })) }),
      };
      const session = await inTurn(() => ort.InferenceSession.create(model, options)).catch((error) => refuse(error, 'loading'));
      return {
        run: (inputs) => inTurn(() => runOnce(ort, session, graph, inputs)),
        dispose: () => inTurn(() => session.release()),
      };
    },
  };
}

/**
 * Above this many bytes weights are used where they lie instead of being copied into a layout for matrix products: half the memory
 * and half the loading time. It costs convolutional networks 0 to 2 % of a run and transformers 11 %, so models up to ViT-B's 350 MB keep it.
 */
const LARGE_WEIGHTS = 384 * 2 ** 20;

function weightBytes(graph: Graph): number {
  return graph.constants.reduce((sum, { tensor }) => sum + (tensor?.location?.length ?? 0), 0);
}

async function runOnce(ort: Ort, session: InferenceSession, graph: Graph, inputs: Readonly<Record<string, NdArray>>) {
  const feeds: Record<string, OrtTensor> = {};
  for (const { name, dtype } of graph.inputs) {
    const array = inputs[name] ?? fail(`the model's input "${name}" has no value; give one with --input ${name}=file.npy`);
    feeds[name] = new ort.Tensor(
      (dtype ?? 'float32') as OrtTensor.Type,
      converted(array.data, dtype) as OrtTensor.DataType,
      array.shape,
    );
  }
  const results = await session.run(feeds).catch((error) => refuse(error, 'running'));
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => {
      const { data, dims, type } = value as TypedTensor<'float32'>;
      return [
        name,
        {
          shape: [...dims],
          data: type === ('float16' as string) ? halfToFloat(data as unknown as Uint16Array) : (data as NumericArray),
        },
      ];
    }),
  );
}

/** Numbers in the array type that ONNX Runtime takes for an element type; half floats as bit patterns. */
function converted(data: NumericArray, dtype: DType | undefined): NumericArray {
  if (dtype === 'float16' && !(data instanceof Uint16Array)) return Uint16Array.from(data as Float32Array, toHalf);
  if (dtype === 'float64' && data instanceof Float32Array) return Float64Array.from(data);
  if (dtype === 'uint8' && data instanceof Float32Array) return Uint8Array.from(data);
  return data;
}

/** Where the engine has Float16Array its elements are numbers already. */
function halfToFloat(data: ArrayLike<number>): Float32Array {
  return Float32Array.from(data, data instanceof Uint16Array ? fromHalf : (value: number) => value);
}

/** ONNX Runtime's own words in one line, without its source positions. */
function refuse(error: unknown, doing: string): never {
  if (error instanceof UserError) throw error;
  const text = error instanceof Error ? error.message : String(error);
  const line = text
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\/[^\s:]*\/(onnxruntime\/)?core\/[^\s]*:\d+ (?:[\w:<>,&*~ ]+::[\w~]+\([^()]*\)(?: const)?|[^\s]*)/g, '')
    .trim();
  const opset = /Opset (\d+) is under development/.exec(line)?.[1];
  if (opset) fail(`the model is written for opset ${opset}, which this ONNX Runtime does not run: export it with opset 21`);
  throw new Error(`ONNX Runtime failed ${doing} the graph: ${line}`);
}
