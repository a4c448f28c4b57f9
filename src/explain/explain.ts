/** Explains inputs: finds layers, compiles the explainer, runs it, and says what was explained. */
import { fail } from '../errors.js';
import {
  type Candidate,
  type IterativeMethod,
  isPlanned,
  type Method,
  type PlannedMethod,
  type Progress,
  usesLayer,
} from '../methods/method.js';
import { methodNamed } from '../methods/registry.js';
import type { Graph, Shape, Value } from '../onnx/graph.js';
import { withTypesOf } from '../onnx/widen.js';
import { type GivenOptions, readOptions, requireKnown } from '../options.js';
import type { Session } from '../runtime/runtime.js';
import { mirrored } from '../tensor/mirrored.js';
import { elementCount, type FloatArray, firstNonFinite, type NdArray } from '../tensor/tensor.js';
import { indexOfPlace, isScoreMap, summedOverRegion } from './dense-scores.js';
import { buildExplainer, type Explainer, type PlannedMap, TARGET, type Wanted } from './explainer.js';
import type { ExplainedRow, ExplainOptions, Explanation, Inputs, Model } from './explanation.js';
import { flowsOf, type RowFlow } from './flow.js';
import { hintsOf, largest, looksLost, probabilities } from './hints.js';
import { layerNamed, stageLayers, suggestedLayer } from './layer.js';
import { registerPlaces, registerRemarks } from './registers.js';
import { checkInput, rowsOf, stacked, targetRows } from './rows.js';
import { imageInput, isChannelsLast, prepare, type Subject } from './subject.js';
import { comparedWithTexts, comparesWhat, requireText } from './text-scores.js';
import { withTokenLayers } from './token-layers.js';
import { withTurnedLayers } from './turned-layers.js';
import { finish, type LoadedIteration, loadIteration } from './workbench.js';

/** Methods in memory, for any number of inputs of one size. */
export interface LoadedExplainer {
  readonly subject: Subject;
  /** Planned methods: one graph for all of them. Without any, the scores alone. */
  readonly explainer: Explainer;
  readonly session: Session;
  readonly iterations: readonly LoadedIteration[];
  /** The methods, in the order they were asked for. */
  readonly order: readonly Method[];
  /** Whether the targets are classes of a single row; see explainClasses. */
  readonly severalClasses: boolean;
  readonly dispose: () => Promise<void>;
}

/** The size of the target where it has not as many rows as the input. */
const CLASSES = 'classes';

/** A method by name, or one's own. */
export type MethodLike = string | Method;

export const methodOf = (method: MethodLike): Method => (typeof method === 'string' ? methodNamed(method) : method);

/**
 * Compiles and loads methods for inputs of a shape. Planned methods share one forward pass.
 * @param shape of the image input, its batch size first
 */
export async function loadExplainer(
  model: Model,
  methods: MethodLike | readonly MethodLike[],
  shape: readonly number[],
  options: ExplainOptions = {},
  severalClasses = false,
): Promise<LoadedExplainer> {
  const asked = [methods as readonly MethodLike[]].flat().map(methodOf);
  requireKnown(asked, options.options);
  const subject = subjectFor(model, asked, shape, options);
  const wanted = asked.map((method) => wantedOf(method, subject, model.graph, options, asked.length > 1));
  const explainer = buildExplainer(
    subject,
    wanted.filter((one): one is Wanted<PlannedMethod> => isPlanned(one.method)),
    'scores',
    {
      detailed: options.detailed,
      targets: severalClasses ? CLASSES : undefined,
      registers: asked.some(({ space }) => space === 'tokens'),
    },
  );
  const session = await model.runtime.load(explainer.graph, { weights: model.weights });
  const iterations: LoadedIteration[] = [];
  for (const one of wanted)
    if (!isPlanned(one.method)) iterations.push(await loadIteration(model, subject, one as Wanted<IterativeMethod>, shape));
  const dispose = async () => {
    await session.dispose();
    for (const iteration of iterations) await iteration.dispose();
  };
  return { subject, explainer, session, iterations, order: wanted.map((one) => one.method), severalClasses, dispose };
}

/** The graph of a planned method, without loading it. */
export function planExplainer(
  model: Pick<Model, 'graph' | 'labels' | 'embeds'>,
  method: Method,
  shape: readonly number[] | undefined,
  options: ExplainOptions,
  outputs: 'model' | 'scores' = 'scores',
): { subject: Subject; explainer: Explainer } {
  const subject = subjectFor(model, [method], shape, options);
  const wanted = wantedOf(method, subject, model.graph, options, false);
  if (!isPlanned(wanted.method))
    fail(
      `${method.name} runs the model many times and cannot be one ONNX model; use sightline explain, or a method that is a single graph`,
    );
  const explainer = buildExplainer(subject, [wanted as Wanted<PlannedMethod>], outputs);
  const graph = outputs === 'model' ? withTypesOf(explainer.graph, model.graph) : explainer.graph;
  return { subject, explainer: { ...explainer, graph } };
}

function subjectFor(
  { graph, labels, embeds = false }: Pick<Model, 'graph' | 'labels' | 'embeds'>,
  asked: readonly Method[],
  shape: readonly number[] | undefined,
  { output, inputs = {}, layers, texts, region, targets = [] }: ExplainOptions,
): Subject {
  const image = imageInput(graph, { others: Object.keys(inputs) });
  const sizes = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, array.shape]));
  const prepared = prepare(graph, {
    input: image.name,
    output,
    sizes: shape ? { ...sizes, [image.name]: sizesFor(image, shape) } : sizes,
  });
  const compares = comparesWhat(prepared, labels, embeds);
  requireText(compares, texts, asked);
  const compared = texts ? comparedWithTexts(prepared, texts) : { ...prepared, embeds: compares === 'texts' };
  const isSummed = isScoreMap(compared) && !targets.some((target) => typeof target === 'object');
  if (region && !isSummed)
    fail(
      `a region needs an output with scores for each place, [N, classes, h, w], and a class as target; "${compared.scores.name}" is [${compared.scores.shape?.join(', ')}]`,
    );
  const subject = isSummed ? summedOverRegion(compared, region) : compared;
  return asked.some(usesLayer) ? withTurnedLayers(withTokenLayers(subject, graph, layers), graph, layers) : subject;
}

function wantedOf(
  method: Method,
  subject: Subject,
  graph: Graph,
  { options = {}, layers }: ExplainOptions,
  several: boolean,
): Wanted<Method> {
  const given = Object.fromEntries(Object.entries(options).filter(([key]) => !several || method.options[key]));
  const defaults = () => (method.defaultLayers === 'stages' ? stageLayers(subject) : [suggestedLayer(subject)]);
  const chosen = usesLayer(method) ? (layers?.map((name) => layerNamed(name, subject, graph)) ?? defaults()) : [];
  return { method: inClosedForm(method, subject, chosen, given), options: given, layers: chosen };
}

/** A method of many runs as one graph, where the model's form allows it. */
function inClosedForm(method: Method, { scores }: Subject, layers: readonly Value[], given: GivenOptions): Method {
  if (isPlanned(method) || !method.closedForm) return method;
  const { prepare, closedForm, ...declaration } = method;
  const options = readOptions(method.name, method.options, given);
  return layers.every((layer) => closedForm.holds(layer, scores, options)) ? { ...declaration, plan: closedForm.plan } : method;
}

/**
 * Sizes of the image input for a given array. The batch size stays as the model has it, so that one explainer serves any number
 * of rows.
 */
function sizesFor(image: Value, shape: readonly number[]): number[] {
  const declared = image.shape ?? shape;
  const fits =
    declared.length === shape.length &&
    declared.every((dim, axis) => axis === 0 || typeof dim === 'string' || dim === shape[axis]);
  if (!fits)
    fail(
      `the model's input "${image.name}" takes the shape [${declared.join(', ')}], and the array has the shape [${shape.join(', ')}]`,
    );
  return [-1, ...shape.slice(1)];
}

/** Compiles, runs and disposes. See {@link loadExplainer} to explain several inputs of one size. */
export async function explain(
  model: Model,
  method: MethodLike,
  input: FloatArray,
  options: ExplainOptions = {},
): Promise<Explanation> {
  checkInput(input);
  const loaded = await loadExplainer(model, method, input.shape, options);
  try {
    return await runExplainer(loaded, input, options);
  } finally {
    await loaded.dispose();
  }
}

/** Runs a loaded explainer of one method. See {@link runExplainers}. */
export async function runExplainer(
  loaded: LoadedExplainer,
  input: FloatArray,
  options: ExplainOptions = {},
): Promise<Explanation> {
  return (await runExplainers(loaded, input, options))[0]!;
}

/**
 * Runs all loaded methods; their explanations come in the order of the methods. A model whose batch size is fixed at one takes the
 * rows one after another.
 * @throws UserError if a value is not finite, a target is out of range, or the number of rows does not fit
 */
export async function runExplainers(
  loaded: LoadedExplainer,
  input: FloatArray,
  options: ExplainOptions = {},
): Promise<Explanation[]> {
  checkInput(input);
  const { explainer, subject, iterations, order, severalClasses } = loaded;
  const batch = input.shape[0] ?? 1;
  const fixed = subject.input.shape?.[0];
  if (typeof fixed === 'number' && fixed !== batch && fixed !== 1) {
    fail(`the model takes exactly ${fixed} rows at once, and the input has ${batch}`);
  }
  const { shape } = subject.scores;
  const wanted = (options.targets ?? ['top']).map((target) =>
    typeof target === 'object' ? indexOfPlace(target, shape) : target,
  );
  const targets = targetRows(wanted, severalClasses ? wanted.length : batch, scoreCount(shape));
  const together = fixed === 1 ? 1 : batch;
  const parts: Part[] = [];
  const started = performance.now();
  for (let row = 0; row < batch; row += together) {
    const others = othersOf(options.inputs, row, together, batch);
    parts.push(
      await runRows(loaded, rowsOf(input, row, together), severalClasses ? targets : targets.slice(row, row + together), others),
    );
  }
  const rows = parts.flatMap((part) => part.rows);
  const swapped =
    options.diagnose && rows.some(({ scores }) => looksLost(scores, subject))
      ? await topWithSwappedChannels(loaded, input, together, options.inputs)
      : undefined;
  const circumstances = { subject, input, swapped };
  const explained = new Map<Method, Explanation>();
  const keep = (one: Result, attribution: FloatArray, totals: Totals, milliseconds: number) => {
    const found = described(one, attribution, rows, totals, subject);
    const explanation = { ...found, milliseconds };
    explained.set(one.method, { ...explanation, hints: options.diagnose ? hintsOf(explanation, circumstances) : [] });
  };
  const shared = performance.now() - started;
  explainer.maps.forEach((map, i) => {
    const sums = parts.flatMap((part) => part.sums[i] ?? []);
    const flows = parts.flatMap((part) => part.flows[i] ?? []);
    keep(map, stacked(parts.map((part) => part.attributions[i]!)), { sums, flows }, shared);
  });
  for (const iteration of iterations) {
    const begun = performance.now();
    const results = [];
    for (const [i, { target }] of rows.entries()) {
      const row = { input: rowsOf(input, i, 1), target, others: othersOf(options.inputs, i, 1, batch), index: i, rows: batch };
      const onProgress = ({ done, total }: Progress) =>
        options.onProgress?.({ done: i * total + done, total: rows.length * total });
      results.push(await finish(iteration.explain(row), iteration.method.name, { ...options, onProgress }));
    }
    const sums = results.flatMap(({ sum }) => sum ?? []);
    const candidates = results.flatMap((result) => (result.candidates ? [result.candidates] : []));
    keep(
      iteration,
      stacked(results.map((result) => result.attribution)),
      { sums, flows: [], candidates },
      performance.now() - begun,
    );
  }
  return order.map((method) => explained.get(method)!);
}

/** How many scores a row has, where that is known. */
function scoreCount(shape: Shape | undefined): number | undefined {
  const sizes = shape?.slice(1);
  return sizes?.every((size) => typeof size === 'number') ? elementCount(sizes) : undefined;
}

/** The top class's probability if the colour channels came in the other order. */
async function topWithSwappedChannels(
  loaded: LoadedExplainer,
  input: FloatArray,
  together: number,
  inputs?: Inputs,
): Promise<number[] | undefined> {
  const channelAxis = isChannelsLast(loaded.subject.input.shape) ? 3 : 1;
  if (input.shape.length !== 4 || input.shape[channelAxis] !== 3) return undefined;
  const [batch] = input.shape as [number];
  const turned = mirrored(input, channelAxis);
  const best: number[] = [];
  for (let row = 0; row < batch; row += together) {
    const targets = Array.from({ length: together }, () => -1);
    const part = await runRows(loaded, rowsOf(turned, row, together), targets, othersOf(inputs, row, together, batch));
    best.push(...part.rows.map(({ scores }) => largest(probabilities(scores))));
  }
  return best;
}

/** Further inputs with the rows of some rows of the image; those that are not a batch stay whole. */
function othersOf(inputs: Inputs = {}, first: number, count: number, batch: number): Inputs {
  const cut = (array: NdArray) => (count < batch && array.shape[0] === batch ? rowsOf(array, first, count) : array);
  return Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, cut(array)]));
}

/** By row, where the method knows them. */
interface Totals {
  readonly sums: readonly number[];
  readonly flows: readonly RowFlow[];
  readonly candidates?: readonly (readonly Candidate[])[];
}

type Result = Pick<PlannedMap, 'options' | 'layers' | 'remarks'> & { readonly method: Method };

function described(
  { method, options, layers, remarks }: Result,
  attribution: FloatArray,
  rows: readonly ExplainedRow[],
  { sums, flows, candidates = [] }: Totals,
  subject: Subject,
): Omit<Explanation, 'hints' | 'milliseconds'> {
  const size = attribution.data.length / rows.length;
  const sumOf = (row: number) => attribution.data.subarray(row * size, (row + 1) * size).reduce((sum, value) => sum + value, 0);
  return {
    method,
    options,
    attribution,
    rows: rows.map(({ registers, ...row }, i) => ({
      ...row,
      ...(registers && method.space === 'tokens' && { registers }),
      ...(sums.length === rows.length && { completeness: { sum: sumOf(i), expected: sums[i]! } }),
      ...(flows.length === rows.length && { flow: flows[i]! }),
      ...(candidates.length === rows.length && { candidates: candidates[i]! }),
    })),
    layers: layers.map(({ name, shape }) => ({ name, shape: shape ?? [] })),
    scoresShape: subject.scores.shape,
    ...(subject.scale !== undefined && { scale: subject.scale }),
    notes: [...subject.notes, ...remarks, ...(method.space === 'tokens' ? registerRemarks(method, rows) : [])],
  };
}

/** What one run of the planned methods yields. */
interface Part {
  readonly attributions: readonly FloatArray[];
  readonly sums: readonly (readonly number[] | undefined)[];
  readonly flows: readonly (readonly RowFlow[] | undefined)[];
  readonly rows: readonly ExplainedRow[];
}

async function runRows(
  { explainer, subject, session }: LoadedExplainer,
  input: FloatArray,
  targets: readonly number[],
  others: Inputs,
): Promise<Part> {
  const target = { shape: [targets.length], data: BigInt64Array.from(targets, BigInt) };
  const results = await session.run({ ...subject.given, ...others, [subject.input.name]: input, [TARGET]: target });
  const attributions = explainer.maps.map(({ method, attribution }) => {
    const array = results[attribution.name] as FloatArray;
    if (firstNonFinite(array.data) < 0) return array;
    throw new Error(`the ${method.name} attribution is not finite: the model overflows, or divides by zero, on this input`);
  });
  const scores = results[explainer.scores.name]!;
  const chosen = results[explainer.chosen.name]!;
  const width = elementCount(scores.shape.slice(1));
  const registers = explainer.registers && results[explainer.registers.name];
  // Several classes of one row have its scores in common.
  const scoresOf = (row: number) => scores.data.slice(row * width, (row + 1) * width) as Float32Array;
  return {
    attributions,
    flows: explainer.maps.map((map, i) => map.flow && flowsOf(map.flow, results, attributions[i]!)),
    sums: explainer.maps.map(({ sum }) => sum && [...(results[sum.name] as FloatArray).data]),
    rows: targets.map((_, row) => ({
      target: Number(chosen.data[row]),
      scores: Float32Array.from(scoresOf(scores.shape[0] === 1 ? 0 : row)),
      ...(registers && { registers: registerPlaces(registers as FloatArray, registers.shape[0] === 1 ? 0 : row) }),
    })),
  };
}
