/** Runs iterative methods: loads the graphs that they are made of, and takes them row by row. */
import { fail } from '../errors.js';
import type { IterativeMethod, PieceContext, Progress, Row, RowAttribution, RowExplainer, Workbench } from '../methods/method.js';
import { usesLayer } from '../methods/method.js';
import { Builder } from '../onnx/builder.js';
import { Graph, operands, reachable, type Shape, type Value } from '../onnx/graph.js';
import { namesOf } from '../onnx/rewrite.js';
import { readOptions, shownOptions } from '../options.js';
import type { Session } from '../runtime/runtime.js';
import { elementCount, type FloatArray, firstNonFinite, type NdArray } from '../tensor/tensor.js';
import { combined } from './combine.js';
import { planContext } from './evaluation.js';
import { TARGET, type Wanted } from './explainer.js';
import type { Model } from './explanation.js';
import { repeated } from './rows.js';
import { isChannelsLast, type Subject } from './subject.js';

/** An iterative method, ready to explain rows of one shape. */
export interface LoadedIteration {
  readonly method: IterativeMethod;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly layers: readonly Value[];
  readonly remarks: readonly string[];
  readonly explain: RowExplainer;
  readonly dispose: () => Promise<void>;
}

/** Elements of an input that one run takes: pictures of 224 x 224 four at a time with gradients, eight without. More is no faster on a CPU. */
const MOST_ELEMENTS = 6.5e5;

export async function loadIteration(
  model: Model,
  subject: Subject,
  { method, options = {}, layers }: Wanted<IterativeMethod>,
  shape: readonly number[],
): Promise<LoadedIteration> {
  const values = readOptions(method.name, method.options, options);
  const sessions: Session[] = [];
  const used = usesLayer(method) ? layers : [];
  const benchFor = (layer: Value | undefined): Workbench => ({
    options: values,
    shape: [1, ...shape.slice(1)],
    layout: isChannelsLast(subject.input.shape) ? 'NHWC' : 'NCHW',
    layerShape: [1, ...((layer?.shape?.slice(1) as number[] | undefined) ?? [])],
    batch: batchOf(subject.input, shape, layer?.shape),
    load: async (build) => {
      const b = new Builder(subject.graph.details.opset, namesOf(subject.graph));
      const rows = subject.input.shape?.[0] ?? 'N';
      const target = b.input(TARGET, 'int64', [rows]);
      const feeds = new Map<string, Value>();
      const feed: PieceContext['feed'] = (name, sizes, dtype = 'float32') => {
        const value = b.input(name, dtype, sizes);
        feeds.set(name, value);
        return value;
      };
      const context = { ...planContext(b, subject, { method, options: values, layer, target }), feed, rows };
      const outputs = build(context);
      const graph = pieceGraph(b, subject, outputs);
      const session = await model.runtime.load(graph, { weights: model.weights });
      sessions.push(session);
      return async (row, given = {}, count = 1) => {
        const named = Object.fromEntries(graph.inputs.map((input) => [input.name, defaultFeed(input, subject, row, count)]));
        for (const [name, array] of Object.entries(given)) {
          named[name === 'input' ? subject.input.name : (feeds.get(name)?.name ?? fail(`there is no feed "${name}"`))] = array;
        }
        const results = await session.run(named as Record<string, NdArray>);
        return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, results[graph.outputs[i]!.name] as FloatArray]));
      };
    },
  });
  const explainers = await Promise.all((used.length ? used : [undefined]).map((layer) => method.prepare(benchFor(layer))));
  const combine = used.length ? combiner(model, subject, method, values, sessions) : undefined;
  const remark = method.remark?.(subject.graph, values);
  return {
    method,
    options: shownOptions(values),
    layers: used,
    remarks: remark ? [remark] : [],
    explain: (row) => inTurn(row, explainers, combine),
    dispose: async () => {
      for (const session of sessions) await session.dispose();
    },
  };
}

/** Runs a method to its end: reports each step, and stops between two where it is told to. */
export async function finish(
  steps: AsyncGenerator<Progress, RowAttribution>,
  name: string,
  { onProgress, signal }: { onProgress?: ((progress: Progress) => void) | undefined; signal?: AbortSignal | undefined },
): Promise<RowAttribution> {
  for (;;) {
    signal?.throwIfAborted();
    const step = await steps.next();
    if (!step.done) {
      onProgress?.(step.value);
      continue;
    }
    if (firstNonFinite(step.value.attribution.data) >= 0)
      throw new Error(`the ${name} attribution is not finite: the model overflows, or divides by zero, on this input`);
    return step.value;
  }
}

function batchOf(input: Value, shape: readonly number[], layer: Shape = [1]): Workbench['batch'] {
  const fixed = input.shape?.[0];
  if (typeof fixed === 'number' && fixed !== 1)
    fail(`the model takes exactly ${fixed} rows at once; export it with a batch of 1, or an open one`);
  if (fixed === 1) return { forward: 1, backward: 1, head: 1 };
  const fitting = (elements: number, most: number) => Math.max(1, Math.min(most, Math.floor(MOST_ELEMENTS / elements)));
  const size = elementCount(shape.slice(1));
  const head = elementCount(layer.slice(1).map(Number));
  return { forward: fitting(size / 2, 64), backward: fitting(size, 32), head: fitting(head / 2, 256) };
}

function pieceGraph(b: Builder, subject: Subject, outputs: Readonly<Record<string, Value>>): Graph {
  const named = Object.entries(outputs).map(([name, value]) =>
    b.op('Identity', [b.cast(value, 'float32')], {}, { outputs: [b.freshName(name)] }),
  );
  const { nodes } = reachable(named);
  const inputs = new Set(nodes.flatMap(operands).filter((value) => !value.producer && !value.tensor));
  return new Graph({ name: subject.graph.name, inputs: [...inputs], outputs: named, details: subject.graph.details });
}

/** What a graph's input has where nothing else is fed: the row's own. */
function defaultFeed({ name }: Value, subject: Subject, row: Row, count: number): NdArray | undefined {
  if (name === subject.input.name) return repeated(row.input, count);
  if (name === TARGET) return { shape: [count], data: new BigInt64Array(count).fill(BigInt(row.target)) };
  const other = subject.given?.[name] ?? row.others[name];
  const declared = subject.graph.inputs.find((input) => input.name === name)?.shape?.[0];
  return other && declared !== 1 && other.shape[0] === 1 ? repeated(other, count) : other;
}

type Combine = (maps: readonly FloatArray[]) => Promise<FloatArray>;

/** One layer after another; their maps are combined at the end. */
async function* inTurn(
  row: Row,
  explainers: readonly RowExplainer[],
  combine?: Combine,
): AsyncGenerator<Progress, RowAttribution> {
  if (!combine) return yield* explainers[0]!(row);
  const found: RowAttribution[] = [];
  for (const [i, explainer] of explainers.entries()) {
    const steps = explainer(row);
    let step = await steps.next();
    for (; !step.done; step = await steps.next()) {
      const { done, total } = step.value;
      yield { done: i * total + done, total: total * explainers.length };
    }
    found.push(step.value);
  }
  const attribution = await combine(found.map((each) => each.attribution));
  return { ...(found.length === 1 && found[0]), attribution };
}

/** What makes the maps of layers one, by a graph of its own for the grids that they have; a single map may stay as it is. */
function combiner(
  model: Model,
  subject: Subject,
  method: IterativeMethod,
  options: Parameters<typeof combined>[3],
  sessions: Session[],
): Combine {
  let ready: Promise<Combine> | undefined;
  const prepare = async (first: readonly FloatArray[]): Promise<Combine> => {
    const b = new Builder(subject.graph.details.opset);
    const inputs = first.map(({ shape }, i) => b.input(`map${i}`, 'float32', shape));
    const map = combined(b, inputs, method, options);
    if (map === inputs[0]) return async ([alone]) => alone!;
    const output = b.named('combined', map);
    const graph = new Graph({
      name: 'combined',
      inputs,
      outputs: [output],
      details: { ...subject.graph.details, functions: [] },
    });
    const session = await model.runtime.load(graph);
    sessions.push(session);
    return async (maps) => {
      const results = await session.run(Object.fromEntries(maps.map((each, i) => [inputs[i]!.name, each])));
      return results[output.name] as FloatArray;
    };
  };
  return async (maps) => {
    ready ??= prepare(maps);
    return (await ready)(maps);
  };
}
