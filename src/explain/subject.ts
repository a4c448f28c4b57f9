/** A model made ready for explaining: one image input, one row of scores per image, shapes known. */
import { didYouMean, fail } from '../errors.js';
import type { Graph, Node, Shape, Value } from '../onnx/graph.js';
import type { Refusal } from '../onnx/lower/index.js';
import { plain } from '../onnx/plain.js';
import { isFloat } from '../onnx/tensor.js';
import type { NdArray } from '../tensor/tensor.js';
import { canoniseTransformers } from '../transformers/canonise.js';

export interface Subject {
  readonly graph: Graph;
  /** The image, [N, C, H, W] or [N, H, W, C]. */
  readonly input: Value;
  /** The output that is explained, before a final Softmax or Sigmoid. */
  readonly scores: Value;
  /** Whether the model embeds images where texts are embedded too: no one of its scores is right, and they are no logits. */
  readonly embeds?: boolean;
  /** What scores are multiplied with before a softmax over them, where they are cosines. */
  readonly scale?: number;
  /** Values of inputs that the model itself does not have. */
  readonly given?: Readonly<Record<string, NdArray>>;
  /** The layer for class activation maps, where the form of the model says it: of transformers. */
  readonly suggested?: Value | undefined;
  /** A map of scores, where `scores` are sums over it. */
  readonly scoreMap?: Value;
  /** What was decided on the way, for the reader. */
  readonly notes: readonly string[];
}

export interface SubjectOptions {
  /** Name of the image input; found where there is one candidate. */
  readonly input?: string | undefined;
  /** Name of the output to explain. */
  readonly output?: string | undefined;
  /** Sizes of inputs, where the model leaves them open; -1 leaves a size open. */
  readonly sizes?: Readonly<Record<string, readonly number[]>>;
  /** Told of each node that cannot be written in plain operators; by default a note. */
  readonly refused?: Refusal;
}

/**
 * Brings a decoded model into the one form that everything else works on.
 * @throws UserError if an input or output is not there, or sizes contradict the model
 */
export function prepare(model: Graph, { input, output, sizes = {}, refused }: SubjectOptions = {}): Subject {
  const remarks: string[] = [];
  // What runs can be explained without gradients, and whoever needs one finds no rule.
  const remark: Refusal = (_, { message }) => remarks.push(message);
  const { graph: whole, notes } = plain(model, { sizes, refused: refused ?? remark });
  const graph = canoniseTransformers(whole);
  const image = imageInput(graph, { name: input });
  const explained = explainedOutput(graph, output);
  const { scores, note } = stepBack(explained);
  const choice =
    !output && graph.outputs.length > 1
      ? [`the model has ${graph.outputs.length} outputs; "${explained.name}" is explained`]
      : [];
  return { graph, input: image, scores, notes: [...notes, ...remarks, ...choice, ...(note ? [note] : [])] };
}

/**
 * The input that looks like an image: of rank 4, or the only one.
 * @param which.others inputs that are known to be something else
 */
export function imageInput(
  graph: Graph,
  { name, others = [] }: { name?: string | undefined; others?: readonly string[] } = {},
): Value {
  const names = graph.inputs.map((value) => value.name);
  if (name !== undefined) {
    return (
      graph.inputs.find((value) => value.name === name) ??
      fail(`the model has no input "${name}"${didYouMean(name, names) || `; it has ${names.join(', ')}`}`)
    );
  }
  const left = graph.inputs.filter((value) => !others.includes(value.name));
  const images = left.filter((value) => value.rank === 4);
  const candidates = images.length ? images : left;
  if (candidates.length === 1) return candidates[0]!;
  if (candidates.length === 0) return fail('the model has no input');
  return fail(
    `the model has several inputs, ${names.join(', ')}: give the values of all but the image with --input name=file.npy`,
  );
}

function explainedOutput(graph: Graph, name?: string): Value {
  const names = graph.outputs.map((value) => value.name);
  if (name !== undefined) {
    return (
      graph.outputs.find((value) => value.name === name) ??
      fail(`the model has no output "${name}"${didYouMean(name, names) || `; it has ${names.join(', ')}`}`)
    );
  }
  return (
    graph.outputs.find((value) => value.rank === 2 && isFloat(value.dtype)) ?? graph.outputs[0] ?? fail('the model has no output')
  );
}

const finalActivations = new Set(['Softmax', 'LogSoftmax', 'Sigmoid']);
const reshaping = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Cast']);

/** What a final Softmax or Sigmoid is of; a change of shape may stand behind it. */
function stepBack(output: Value): { scores: Value; note?: string } {
  let node: Node | undefined = output.producer;
  while (node && reshaping.has(node.op)) node = node.inputs[0]?.producer;
  if (!node || !finalActivations.has(node.op)) return { scores: output };
  return { scores: node.inputs[0]!, note: `the model ends in ${node.op}; the logit before it is explained` };
}

/** Whether channels come last: where the second axis cannot be one of colours, and the last can. */
export function isChannelsLast(shape: Shape | undefined): boolean {
  const colours = (dim: unknown) => dim === 1 || dim === 3 || dim === 4;
  return shape?.length === 4 && !colours(shape[1]) && colours(shape[3]);
}
