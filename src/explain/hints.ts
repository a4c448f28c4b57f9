/** Diagnosis instead of a blue square: what about a map, or what led to it, looks like a common mistake, and what to do. */

import type { FloatArray } from '../tensor/tensor.js';
import { isOfClasses } from './dense-scores.js';
import type { Explanation } from './explanation.js';
import type { Subject } from './subject.js';

/** Class probabilities below this, with many classes, look as if the model does not see what it was trained on. */
const UNSURE = 0.2;
/** A target-score of this probability hardly changes with anything. */
const SATURATED = 0.999;

export interface Circumstances {
  readonly subject: Subject;
  readonly input: FloatArray;
  /** Probability of the top class of each row with the input's channels in the other order, where that was tried. */
  readonly swapped?: readonly number[] | undefined;
}

type Row = Pick<Explanation, 'method' | 'options'> & {
  readonly values: Float32Array;
  readonly target: number;
  readonly scores: Float32Array;
  readonly completeness: Explanation['rows'][number]['completeness'];
};

/** One sentence for each thing that looks wrong; rows of a batch are numbered. */
export function hintsOf(explanation: Omit<Explanation, 'hints'>, circumstances: Circumstances): string[] {
  const { rows, attribution, method, options } = explanation;
  const size = attribution.data.length / rows.length;
  return rows.flatMap(({ target, scores, completeness }, i) => {
    const values = attribution.data.subarray(i * size, (i + 1) * size);
    const row = { values, target, scores, completeness, method, options };
    const found = [...mapHints(row), ...scoreHints(row, circumstances, i)];
    return rows.length > 1 ? found.map((hint) => `row ${i}: ${hint}`) : found;
  });
}

/** Detectors have more scores than a call takes arguments. */
export const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);

/** Whether the scores of a row are of classes of which one is right: then probabilities mean something. */
const competes = (subject: Subject): boolean =>
  isOfClasses(subject.scores.shape) && !subject.scoreMap && !subject.embeds && !endsInSigmoid(subject);

/** Whether the model looks lost on this row, so that it is worth a second look at what it was given. */
export function looksLost(scores: Float32Array, subject: Subject): boolean {
  return scores.length >= 10 && competes(subject) && largest(probabilities(scores)) < UNSURE;
}

function mapHints({ values, method, completeness, target }: Row): string[] {
  let [positive, negative, nonzero] = [0, 0, 0];
  for (const value of values) {
    if (value > 0) positive += value;
    if (value < 0) negative -= value;
    if (value !== 0) nonzero++;
  }
  const onLayer = method.space === 'layer';
  const found: string[] = [];
  if (nonzero === 0) {
    found.push(
      onLayer
        ? 'the map is zero everywhere: nothing of the score flows through this layer, or the activations behind it are all off; try an earlier layer'
        : 'the attribution is zero everywhere: the score does not change with the input here',
    );
  } else if (onLayer && positive === 0) {
    found.push(
      `all contributions are negative, so the picture stays blank: nothing in this layer speaks for class ${target}; look at the signed values (--format npy), another layer, or another class`,
    );
  } else if (onLayer && negative > 4 * positive) {
    found.push(
      `${percent(negative / (positive + negative))} of the map's mass is negative and not drawn: most of this layer speaks against class ${target}`,
    );
  } else if (values.length > 16 && nonzero === 1) {
    found.push(
      'a single place of the map is not zero: only that one leads to the score, as a class token does; try an earlier layer',
    );
  }
  if (completeness) {
    const { sum, expected } = completeness;
    if (Math.abs(sum - expected) > 0.05 * Math.abs(expected) + 1e-3)
      found.push(
        `the attribution adds up to ${sum.toPrecision(3)} instead of ${expected.toPrecision(3)}: take more steps or samples, or the values are rough`,
      );
  }
  return found;
}

function scoreHints({ target, scores, options }: Row, { subject, input, swapped }: Circumstances, row: number): string[] {
  if (scores.length < 2 || !competes(subject)) return [];
  const found: string[] = [];
  const likely = probabilities(scores);
  const rank = scores.filter((score) => score > scores[target]!).length + 1;
  if (options['target-score'] === 'probability' && likely[target]! > SATURATED)
    found.push('the probability is saturated, so its gradients are almost zero; explain the logit (target-score=logit)');
  if (rank > 5 && scores.length > 10)
    found.push(
      `class ${target} is number ${rank} of ${scores.length} for the model, with a probability of ${likely[target]!.toPrecision(2)}: is the index right? (some models have a background class, which shifts indices by one)`,
    );
  if (looksLost(scores, subject)) {
    const best = largest(likely);
    found.push(
      `the model is unsure: its top class has a probability of ${best.toPrecision(2)}; is the input what it was trained on?`,
    );
    const range = rangeHint(input, row);
    if (range) found.push(range);
    if ((swapped?.[row] ?? 0) > 2 * best)
      found.push(
        `with the colour channels in the other order it would be ${swapped![row]!.toPrecision(2)}: the model seems to want BGR where it got RGB, or the reverse (--preprocess)`,
      );
  }
  return found;
}

function rangeHint({ shape, data }: FloatArray, row: number): string | undefined {
  const size = data.length / (shape[0] ?? 1);
  const values = data.subarray(row * size, (row + 1) * size);
  const [low, high] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number]);
  if (low >= 0 && high > 2)
    return `the input goes from ${low.toPrecision(3)} to ${high.toPrecision(3)}: levels of 0 to 255, where most models want them scaled`;
  if (low >= 0 && high <= 1)
    return 'the input lies in 0 to 1: most models want the mean subtracted and divided by the deviation (--preprocess)';
  return undefined;
}

/** Whether classes do not exclude each other, so that a softmax over the logits says nothing. */
function endsInSigmoid({ graph, scores }: Subject): boolean {
  return graph.uses(scores).some(({ node }) => node.op === 'Sigmoid');
}

export function probabilities(scores: Float32Array): number[] {
  const highest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const powers = Array.from(scores, (score) => Math.exp(score - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
