/** The record of an explanation: everything needed to make the map again and to judge it. */
import { placeOfIndex } from '../explain/dense-scores.js';
import type { Explanation } from '../explain/explanation.js';
import type { Recipe } from '../image/index.js';

export interface RecordContext {
  readonly version: string;
  readonly model: string;
  readonly input: string;
  readonly labels?: readonly string[] | undefined;
  readonly recipe?: Recipe | undefined;
  readonly notes?: readonly string[];
}

/** A record for JSON. Scores are what the model says before a final Softmax or Sigmoid; probabilities are by softmax over them. */
export function recordOf(explanation: Explanation, context: RecordContext) {
  const { method, options, attribution, rows, layers, notes, hints, milliseconds, scale } = explanation;
  const size = attribution.data.length / rows.length;
  return {
    tool: { name: 'sightline', version: context.version },
    model: context.model,
    input: context.input,
    method: { name: method.name, reference: method.reference, options },
    layers,
    preprocess: context.recipe ?? null,
    attribution: { shape: attribution.shape, dtype: 'float32', space: method.space },
    rows: rows.map(({ target, scores, completeness, registers, flow, words, candidates }, row) => ({
      target: { ...named(target, context.labels), ...placed(target, explanation) },
      score: scores[target],
      top: topClasses(scores, 5, scale).map((entry) => ({ ...entry, ...named(entry.index, context.labels) })),
      statistics: statistics(attribution.data.subarray(row * size, (row + 1) * size)),
      ...(completeness && { completeness: { ...completeness, gap: completeness.sum - completeness.expected } }),
      ...(registers && { registers }),
      ...(flow && { flow }),
      ...(candidates && { candidates: candidates.map(({ name, score }) => ({ name, score })) }),
      ...(words && { text: words.relevances, textMethod: words.method }),
    })),
    ...(scale !== undefined && { logitScale: scale }),
    hints,
    milliseconds: Math.round(milliseconds),
    notes: [...notes, ...(context.notes ?? [])],
  };
}

function placed(index: number, { scoresShape }: Explanation) {
  const place = placeOfIndex(index, scoresShape);
  return place && { place };
}

function named(index: number, labels: readonly string[] | undefined) {
  return { index, ...(labels?.[index] !== undefined && { label: labels[index] }) };
}

/** The classes with the highest scores, best first, with the probability by softmax over scores times `scale`. */
export function topClasses(
  scores: Float32Array,
  count: number,
  scale = 1,
): { index: number; score: number; probability: number }[] {
  const highest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const total = scores.reduce((sum, score) => sum + Math.exp(scale * (score - highest)), 0);
  return [...scores.keys()]
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, count)
    .map((index) => ({ index, score: scores[index]!, probability: Math.exp(scale * (scores[index]! - highest)) / total }));
}

function statistics(values: Float32Array) {
  let [min, max, sum, sumOfMagnitudes] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    sumOfMagnitudes += Math.abs(value);
  }
  return { min, max, sum, sumOfMagnitudes };
}
