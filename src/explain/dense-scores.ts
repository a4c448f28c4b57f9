/** Outputs with more than one axis of scores: maps of classes [N, K, h, w], and lists such as a detector's [N, boxes, K]. */
import { fail } from '../errors.js';
import { type Plane, resizePlane } from '../image/index.js';
import { Builder } from '../onnx/builder.js';
import { Graph, type Shape } from '../onnx/graph.js';
import { namesOf } from '../onnx/rewrite.js';
import { type FloatArray, stridesOf } from '../tensor/tensor.js';
import type { Subject } from './subject.js';

/** A place in one row of an output: an index for each axis behind the first. */
export type Place = readonly number[];

/** What is explained in a row: the class with the highest score, a class, or a place. */
export type Target = 'top' | number | Place;

const REGION = 'region';

/** Whether the output has a score of each class for each place of an image. */
export function isScoreMap({ scores }: Pick<Subject, 'scores'>): boolean {
  return scores.rank === 4 && (scores.shape ?? []).slice(2).some((size) => size !== 1);
}

/**
 * A model whose scores are a map [N, K, h, w], with each class's sum over a region as its score, [N, K]; over all places without one.
 * @param mask covers the model's input, at any resolution; how much of each place it covers is the place's weight
 */
export function summedOverRegion(subject: Subject, mask?: Plane): Subject {
  const { graph, scores } = subject;
  const region = mask && covered(mask, subject);
  const b = new Builder(graph.details.opset, namesOf(graph));
  const weights = region && b.input(REGION, scores.dtype ?? 'float32', [1, 1, ...region.shape]);
  const counted = weights ? b.mul(scores, weights) : scores;
  const summed = b.named('scores over the region', b.reduceSum(counted, [2, 3], false));
  return {
    ...subject,
    graph: new Graph({
      ...graph,
      inputs: weights ? [...graph.inputs, weights] : graph.inputs,
      outputs: [...graph.outputs, summed],
    }),
    scores: summed,
    scoreMap: scores,
    ...(weights && { given: { ...subject.given, [weights.name]: { ...region, shape: [1, 1, ...region.shape] } } }),
    notes: [
      ...subject.notes,
      `the output "${scores.name}" is a map of scores; a class's sum over ${region ? 'the region' : 'all places'} is explained`,
    ],
  };
}

function covered(mask: Plane, { scores }: Subject): FloatArray {
  const [height, width] = (scores.shape ?? []).slice(2);
  if (typeof height !== 'number' || typeof width !== 'number')
    return fail(`the size of the map "${scores.name}" must be known for a region`);
  const { data } = resizePlane(mask, width, height, { antialias: true, filter: 'box' });
  if (data.every((weight) => weight === 0)) fail('the region is empty: no part of the mask is bright');
  return { shape: [height, width], data };
}

/**
 * The index of a place in a row of the output as it lies in memory.
 * @throws UserError if the place has another number of indices than the output has axes, or leaves it
 */
export function indexOfPlace(place: Place, shape: Shape | undefined): number {
  const sizes = rowSizes(shape);
  const text = `target ${place.join('/')}`;
  if (place.length !== sizes.length)
    fail(`${text} has ${place.length} indices, and the output [${shape?.join(', ')}] has ${sizes.length} axes behind the batch`);
  place.forEach((index, axis) => {
    if (index < 0 || index >= sizes[axis]!) fail(`${text} is out of range: the output is [${shape?.join(', ')}]`);
  });
  const strides = stridesOf(sizes);
  return place.reduce((sum, index, axis) => sum + index * strides[axis]!, 0);
}

/** Whether a row is one score for each class: at most one axis behind the first is longer than 1. */
export function isOfClasses(shape: Shape | undefined): boolean {
  return (shape?.slice(1).filter((size) => size !== 1).length ?? 0) <= 1;
}

/** The place of an index, for outputs with several axes of scores; none for plain classes. */
export function placeOfIndex(index: number, shape: Shape | undefined): Place | undefined {
  if (isOfClasses(shape) || shape!.slice(1).some((size) => typeof size !== 'number')) return undefined;
  const sizes = rowSizes(shape);
  return stridesOf(sizes).map((stride, axis) => Math.floor(index / stride) % sizes[axis]!);
}

function rowSizes(shape: Shape | undefined): number[] {
  const sizes = shape?.slice(1) ?? [];
  return sizes.every((size) => typeof size === 'number')
    ? sizes
    : fail(`the output's sizes [${shape?.join(', ') ?? '?'}] must be known to name a place in it`);
}
