/** A model as the metrics see it: scores of images in its own input space, counted. */
import { type LoadedExplainer, loadExplainer } from '../../explain/explain.js';
import { TARGET } from '../../explain/explainer.js';
import type { ExplainOptions, Model } from '../../explain/explanation.js';
import { isChannelsLast } from '../../explain/subject.js';
import type { FloatArray, NdArray } from '../../tensor/tensor.js';
import type { Pixels, Score } from '../faithfulness/pixels.js';

/** What the model says of one class, in the three units that saturate differently. */
export interface Outcome {
  readonly logit: number;
  readonly probability: number;
  readonly logProbability: number;
}

export interface Scorer {
  readonly layout: 'NCHW' | 'NHWC';
  /** The logits of each image. */
  readonly logits: Score<Float32Array>;
  /** What the model says of one class. */
  readonly ofClass: (target: number) => Score<Outcome>;
  /** How many images have been scored. */
  readonly forwards: () => number;
  readonly dispose: () => Promise<void>;
}

/**
 * Loads a model for images of one shape.
 * @param shape of the image input, its batch size first
 */
export async function loadScorer(
  model: Model,
  shape: readonly number[],
  { inputs = {}, output }: Pick<ExplainOptions, 'inputs' | 'output'> = {},
): Promise<Scorer> {
  const loaded = await loadExplainer(model, [], shape, { inputs, output });
  const layout = isChannelsLast(loaded.subject.input.shape) ? 'NHWC' : 'NCHW';
  let forwards = 0;
  const logits: Score<Float32Array> = async (images) => {
    forwards += images.length;
    return runAll(loaded, images, layout, inputs);
  };
  return {
    layout,
    logits,
    ofClass: (target) => async (images) => (await logits(images)).map((scores) => outcomeOf(scores, target)),
    forwards: () => forwards,
    dispose: loaded.dispose,
  };
}

/** Softmax over the logits; a model with one output is binary, and its probability the sigmoid. */
export function outcomeOf(logits: Float32Array, target: number): Outcome {
  const logit = logits[target]!;
  const rivals = logits.length === 1 ? [0, logit] : Array.from(logits);
  const highest = rivals.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (const value of rivals) sum += Math.exp(value - highest);
  const logProbability = logit - highest - Math.log(sum);
  return { logit, probability: Math.exp(logProbability), logProbability };
}

async function runAll(
  { explainer, session, subject }: LoadedExplainer,
  images: readonly Pixels[],
  layout: 'NCHW' | 'NHWC',
  inputs: Readonly<Record<string, NdArray>>,
): Promise<Float32Array[]> {
  const fixed = subject.input.shape?.[0];
  const together = typeof fixed === 'number' ? fixed : images.length;
  const rows: Float32Array[] = [];
  for (let first = 0; first < images.length; first += together) {
    const batch = images.slice(first, first + together);
    // A model of a fixed batch size takes the last image as often as rows are missing.
    const whole = Array.from({ length: together }, (_, i) => batch[i] ?? batch.at(-1)!);
    const target = { shape: [together], data: new BigInt64Array(together).fill(-1n) };
    const results = await session.run({ ...inputs, [subject.input.name]: tensorOf(whole, layout), [TARGET]: target });
    const { data } = results[explainer.scores.name] as FloatArray;
    const width = data.length / together;
    batch.forEach((_, i) => {
      rows.push(Float32Array.from(data.subarray(i * width, (i + 1) * width)));
    });
  }
  return rows;
}

/** Images as one input tensor. */
export function tensorOf(images: readonly Pixels[], layout: 'NCHW' | 'NHWC'): FloatArray {
  const { channels, width, height } = images[0]!;
  const size = width * height;
  const data = new Float32Array(images.length * channels * size);
  images.forEach((image, n) => {
    const start = n * channels * size;
    if (layout === 'NCHW') data.set(image.data, start);
    else
      for (let i = 0; i < size; i++)
        for (let c = 0; c < channels; c++) data[start + i * channels + c] = image.data[c * size + i]!;
  });
  return { shape: [images.length, ...(layout === 'NCHW' ? [channels, height, width] : [height, width, channels])], data };
}

/** One item of an input tensor [N, C, H, W] or [N, H, W, C] as planar pixels. */
export function pixelsOf({ shape, data }: FloatArray, layout: 'NCHW' | 'NHWC', item = 0): Pixels {
  const [channels, height, width] = (layout === 'NCHW' ? shape.slice(1) : [shape[3], shape[1], shape[2]]) as [
    number,
    number,
    number,
  ];
  const size = width * height;
  const values = data.subarray(item * channels * size, (item + 1) * channels * size);
  const planar = new Float32Array(values.length);
  if (layout === 'NCHW') planar.set(values);
  else for (let i = 0; i < size; i++) for (let c = 0; c < channels; c++) planar[c * size + i] = values[i * channels + c]!;
  return { channels, width, height, data: planar };
}
