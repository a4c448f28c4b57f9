/** Which feature map a class activation map is drawn on. */
import { didYouMean, fail } from '../errors.js';
import { type Graph, operands, type Value } from '../onnx/graph.js';
import { isFloat } from '../onnx/tensor.js';
import { type AxisOrder, CHANNELS_FIRST, CHANNELS_LAST, spatialValues } from './spatial.js';
import type { Subject } from './subject.js';

/**
 * Feature maps with a grid of more than one place, that depend on the image and lead to the scores; in order.
 * @param order [N, C, h, w], or CHANNELS_LAST for [N, h, w, C]
 */
export function featureMaps(subject: Subject, order: AxisOrder = CHANNELS_FIRST): Value[] {
  const leading = leadingTo(subject.graph, subject.scores);
  const spatial = spatialValues(subject.graph, subject.input);
  const maps = subject.graph.nodes
    .map((node) => node.output())
    .filter((value) => value !== subject.scores && leading.has(value) && spatial.get(value) === order && hasGrid(value, order));
  // What a rewriting put between the model's own tensors is nothing that one would ask for.
  const own = maps.filter(({ name }) => !name.startsWith('sightline/'));
  return own.length ? own : maps;
}

/** The last feature map before the head that everything flows through; where branches run side by side to the end, simply the last. */
export function suggestedLayer(subject: Subject): Value {
  if (subject.suggested) return subject.suggested;
  const maps = featureMaps(subject).filter((map) => map !== subject.scoreMap);
  return (
    lastPassage(subject, maps) ??
    maps.at(-1) ??
    fail(
      'the model has no feature map with a spatial grid between input and scores, so class activation maps have nothing to be drawn on; use a method of the input space, such as gradient',
    )
  );
}

/** The last of some maps that everything flows through. */
export function lastPassage(subject: Subject, maps: readonly Value[]): Value | undefined {
  const passages = passagesOf(subject);
  return maps.findLast((map) => passages.has(map));
}

/** The last passage of each grid size, from a quarter of the largest number of channels on: what one would call the stages. */
export function stageLayers(subject: Subject): Value[] {
  const passages = passagesOf(subject);
  const maps = featureMaps(subject).filter((map) => passages.has(map));
  const widest = Math.max(0, ...maps.map((map) => Number(map.shape?.[1]) || 0));
  const lastOfGrid = new Map(maps.map((map) => [String(map.shape?.slice(2)), map]));
  const stages = [...lastOfGrid.values()].filter((map) => 4 * (Number(map.shape?.[1]) || 0) >= widest);
  return stages.length ? stages : [suggestedLayer(subject)];
}

/**
 * The values without which nothing gets from the input to the scores. In topological order, a value is one of them where no edge
 * from before it leads past it.
 */
function passagesOf({ graph, input, scores }: Subject): Set<Value> {
  const leading = leadingTo(graph, scores);
  const place = new Map<Value, number>([[input, 0]]);
  const reach: number[] = [0];
  const order: Value[] = [input];
  for (const node of graph.nodes) {
    const from = operands(node).filter((value) => place.has(value));
    const outputs = node.outputs.filter((output) => leading.has(output));
    if (from.length === 0 || outputs.length === 0) continue;
    for (const output of outputs) {
      for (const value of from) reach[place.get(value)!] = order.length;
      place.set(output, order.length);
      reach.push(order.length);
      order.push(output);
    }
  }
  const passages = new Set<Value>();
  let furthest = 0;
  order.forEach((value, i) => {
    if (furthest <= i) passages.add(value);
    furthest = Math.max(furthest, reach[i]!);
  });
  return passages;
}

/**
 * The layer of a tensor's or node's name.
 * @param original the model as it was read: its names include those of dropped Identity and Dropout nodes
 */
export function layerNamed(name: string, subject: Subject, original: Graph): Value {
  const value = requireNamed(name, subject, original);
  const shape = `[${value.shape?.join(', ') ?? 'unknown shape'}]`;
  if ((value.rank ?? 0) < 4) fail(`layer "${name}" ${shape} has no spatial grid; ${alternative(subject)}`);
  if (!hasGrid(value)) fail(`layer "${name}" ${shape} has a grid of 1x1, which has no map; ${alternative(subject)}`);
  if (!featureMaps(subject).includes(value)) {
    fail(
      `layer "${name}" does not lie between "${subject.input.name}" and the scores "${subject.scores.name}"; ${alternative(subject)}`,
    );
  }
  return value;
}

/** The value of a tensor's or node's name. @throws UserError if the model has none */
export function requireNamed(name: string, subject: Subject, original: Graph): Value {
  const value = valueNamed(name, subject, original);
  if (value) return value;
  const maps = featureMaps(subject).map((map) => map.name);
  return fail(`there is no layer "${name}"${didYouMean(name, maps) || '; sightline inspect lists the layers'}`);
}

/** The value of a tensor's or node's name, if the model has it. */
export function valueNamed(name: string, { graph }: Subject, original: Graph): Value | undefined {
  return find(name, graph) ?? find(resolved(name, original), graph);
}

function alternative(subject: Subject): string {
  const last = featureMaps(subject).at(-1);
  return last ? `the last feature map is "${last.name}"` : 'this model has no feature map';
}

function hasGrid({ shape, dtype }: Value, order: AxisOrder = CHANNELS_FIRST): boolean {
  const grid = (order === CHANNELS_LAST ? shape?.slice(1, -1) : shape?.slice(2)) ?? [];
  return grid.length >= 2 && isFloat(dtype) && grid.some((size) => size !== 1);
}

function find(name: string, graph: Graph): Value | undefined {
  return graph.find(name) ?? graph.nodes.find((node) => node.name === name)?.output();
}

/** Follows names of nodes that only pass their input on. */
function resolved(name: string, original: Graph): string {
  let value = find(name, original);
  while (value?.producer && (value.producer.op === 'Identity' || value.producer.op === 'Dropout'))
    value = value.producer.inputs[0];
  return value?.name ?? name;
}

function leadingTo(graph: Graph, end: Value): Set<Value> {
  const leading = new Set<Value>([end]);
  for (const node of [...graph.nodes].reverse()) {
    if (node.outputs.some((output) => leading.has(output))) for (const value of operands(node)) leading.add(value);
  }
  return leading;
}
