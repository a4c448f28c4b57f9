/** Models without classes that embed images where texts are embedded too: their scores are cosines with texts. */
import { fail } from '../errors.js';
import type { Method } from '../methods/method.js';
import { Builder } from '../onnx/builder.js';
import { Graph, type Value } from '../onnx/graph.js';
import { namesOf } from '../onnx/rewrite.js';
import type { FloatArray } from '../tensor/tensor.js';
import { asRows } from './evaluation.js';
import type { Subject } from './subject.js';

export interface Texts {
  /** One row per text, [T, D]. */
  readonly vectors: FloatArray;
  readonly phrases: readonly string[];
  /** What cosines are multiplied with before a softmax over the texts; 100 by default, as CLIP has it. */
  readonly scale?: number;
}

const CLIP_SCALE = 100;

const TEXTS = 'texts';

/**
 * The model with the cosines of its output and texts, [N, T], as scores. The texts are an input, so that a compiled explainer takes any.
 * @param texts their vectors; where they are left open, the input takes any number of vectors of length 1
 * @throws UserError if the vectors are of another length than the embeddings
 */
export function comparedWithTexts(subject: Subject, texts: Texts | 'open'): Subject {
  const { graph, scores } = subject;
  const own =
    scores.rank === 2
      ? scores.shape![1]!
      : fail(`an image's embedding "${scores.name}" is [${scores.shape?.join(', ') ?? '?'}], not [N, D]`);
  const shape = texts === 'open' ? [TEXTS, own] : texts.vectors.shape;
  if (shape[1] !== own) fail(`the text vector has ${shape[1]} numbers, and an image's embedding "${scores.name}" has ${own}`);
  const b = new Builder(graph.details.opset, namesOf(graph));
  const input = b.input(TEXTS, 'float32', shape);
  const embedding = asRows(b, scores);
  const similarity = b.named('similarity', cosines(b, embedding, b.cast(input, embedding.dtype ?? 'float32')));
  return {
    ...subject,
    graph: new Graph({ ...graph, inputs: [...graph.inputs, input], outputs: [...graph.outputs, similarity] }),
    scores: similarity,
    embeds: true,
    scale: (texts === 'open' ? undefined : texts.scale) ?? CLIP_SCALE,
    ...(texts !== 'open' && { given: { [input.name]: { shape: texts.vectors.shape, data: unitRows(texts.vectors) } } }),
  };
}

function cosines(b: Builder, embedding: Value, texts: Value): Value {
  return b.matMul(b.div(embedding, b.reduce('ReduceL2', embedding, [1])), b.transpose(texts, [1, 0]));
}

/** Rows of length 1. @throws UserError for a row of zeros */
export function unitRows({ shape: [count, length], data }: FloatArray): Float32Array {
  const unit = (vector: Float32Array, row: number) => {
    const norm = Math.hypot(...vector);
    return norm > 0 ? vector.map((value) => value / norm) : fail(`text vector ${row} has no direction: its length is ${norm}`);
  };
  const rows = Array.from({ length: count! }, (_, row) => unit(data.slice(row * length!, (row + 1) * length!), row));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

/** Of two vectors, of any length but zero. */
export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
}

/** Whether scores of a model are of classes (texts do not fit), of texts (one is needed), or one cannot tell. */
export type Compares = 'classes' | 'texts' | 'unknown';

export function comparesWhat(
  { scores, graph, notes }: Subject,
  labels: readonly string[] | undefined,
  embeds: boolean,
): Compares {
  if (embeds || scores.name === 'image_embeds') return 'texts';
  const isClassifier =
    labels !== undefined || notes.some((note) => note.startsWith('the model ends in')) || /logit|prob/i.test(scores.name);
  return isClassifier || !graph.outputs.includes(scores) ? 'classes' : 'unknown';
}

export const classifierTakesNoText = 'the model is a classifier and takes no text: choose what is explained with --target';

/** @throws UserError for a text that a classifier has no use for, or for none where one is needed */
export function requireText(compares: Compares, texts: Texts | 'open' | undefined, methods: readonly Method[]): void {
  if (texts && compares === 'classes') fail(classifierTakesNoText);
  const explaining = methods.find(({ usesTarget = true }) => usesTarget);
  if (!texts && compares === 'texts' && explaining)
    fail(
      `the model compares images with texts, and ${explaining.name} explains one: give --text "..." or --text-embedding file.npy`,
    );
}
