import { describe, expect, it } from 'vitest';
import { noise, open } from '../../test/transformers.js';
import { defineMethod } from '../methods/method.js';
import { scoreByOption, targetScore } from '../methods/target-score.js';
import { topClasses } from '../report/record.js';
import { explain } from './explain.js';
import { cosine } from './text-scores.js';

/** The score itself, at every place of the input. */
const scoreMap = defineMethod({
  name: 'score-map',
  summary: '',
  reference: '',
  space: 'input',
  options: targetScore,
  scoreOf: scoreByOption,
  plan: ({ b, input, score }) => b.add(b.mul(input, 0), b.reshape(score, [-1, 1, 1, 1])),
});

const input = noise([1, 3, 48, 48], 0.3);
const scoreOf = async (count: number, scale: number | undefined, option: string) => {
  const texts = {
    vectors: noise([count, 24], 5),
    phrases: Array.from({ length: count }, (_, i) => `text ${i}`),
    ...(scale !== undefined && { scale }),
  };
  const model = await open('clip-openclip/onnx/vision_model');
  const explanation = await explain(model, scoreMap, input, { texts, options: { 'target-score': option }, targets: [0] });
  return { explanation, value: explanation.attribution.data[0]!, scores: explanation.rows[0]!.scores };
};

describe('probabilities of texts', () => {
  it.each([undefined, 10])('are by softmax over cosines times %s, 100 where nothing is said', async (scale) => {
    const { explanation, value, scores } = await scoreOf(3, scale, 'probability');
    const powers = [...scores].map((score) => Math.exp((scale ?? 100) * score));
    const wanted = powers[0]! / powers.reduce((sum, power) => sum + power, 0);
    // Cosines in float32, times 100.
    expect(value).toBeCloseTo(wanted, 4);
    expect(explanation.scale).toBe(scale ?? 100);
    const shown = topClasses(scores, 3, explanation.scale).find(({ index }) => index === 0)!;
    expect(shown.probability).toBeCloseTo(wanted, 6);
  });

  it('are the cosine where there is one text: its softmax is 1 whatever the image', async () => {
    const { value, scores } = await scoreOf(1, undefined, 'probability');
    expect(value).toBe(scores[0]);
  });

  it('leave the cosine alone where that is explained', async () => {
    const { value, scores } = await scoreOf(3, undefined, 'logit');
    expect(value).toBeCloseTo(scores[0]!, 6);
  });
});

it('the cosine is of directions', () => {
  expect(cosine(Float32Array.of(3, 0), Float32Array.of(1, 1))).toBeCloseTo(Math.SQRT1_2, 6);
});
