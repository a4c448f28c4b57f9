/** Audits of a model whose truth is known: verdicts, failures that stay alone, resumption, the report. */
import { describe, expect, it } from 'vitest';
import { defineMethod } from '../../methods/method.js';
import { methodNamed } from '../../methods/registry.js';
import { nodeRuntime } from '../../runtime/node/index.js';
import { random } from '../../tensor/random.js';
import type { Pixels } from '../faithfulness/pixels.js';
import { linearUnit, smallModel } from '../limits/small-model.js';
import { loadScorer } from '../model/scorer.js';
import { audit } from './audit.js';
import { type Budget, budgets } from './budget.js';
import type { MethodCandidate } from './candidates.js';
import type { AuditedImage } from './context.js';
import type { Evidence } from './evidence.js';
import { auditReport } from './report.js';
import { questions, verdictsOf } from './verdicts.js';

const SIDE = 16;
const budget: Budget = { ...budgets.normal, depths: [0.5, 1], nulls: 10, sanityImages: 2, fills: ['zero', 'imputation'] };
const { normal } = random(9);

/** The score is what an 8x8 square in the upper left holds, squared: two layers, so that weights can be lost. */
async function problem(count: number) {
  const runtime = await nodeRuntime();
  const weights = Float32Array.from({ length: SIDE * SIDE }, (_, i) =>
    i % SIDE < 8 && i < 8 * SIDE ? 0.5 + Math.abs(normal()) : 0,
  );
  const model = smallModel(runtime, [SIDE, SIDE], (b, x) => linearUnit(b, b.relu(linearUnit(b, x, weights, 0)), [2], 0.5));
  const images = Array.from({ length: count }, (_, k): AuditedImage => {
    const data = Float32Array.from({ length: SIDE * SIDE }, () => Math.abs(normal()));
    const image: Pixels = { channels: 1, width: SIDE, height: SIDE, data };
    return { name: `image ${k}`, image, target: 0 };
  });
  return { model, images, scorer: await loadScorer(model, [1, 1, SIDE, SIDE]) };
}

const candidate = (name: string): MethodCandidate => ({ kind: 'method', name, method: methodNamed(name), options: {} });

const broken: MethodCandidate = {
  kind: 'method',
  name: 'broken',
  options: {},
  method: defineMethod({
    name: 'broken',
    summary: 'fails',
    reference: 'none',
    space: 'input',
    options: {},
    plan: () => {
      throw new Error('this method <always> fails');
    },
  }),
};

const answerOf = (evidence: readonly Evidence[], name: string, part: string) => {
  const { verdicts } = verdictsOf(evidence).find((one) => one.candidate === name)!;
  return verdicts.find(({ question }) => question.includes(part))!;
};

const context = {
  model: 'small.onnx',
  budget: 'normal',
  seed: 0,
  version: '0',
  pictures: [{ image: 'image 0', candidate: 'the image', url: 'data:,' }],
  skipped: [],
  labelOf: () => 'a <class>',
};

describe('an audit', async () => {
  const { model, images, scorer } = await problem(4);
  const seen: string[] = [];
  const evidence = await audit(model, scorer, images, [candidate('integrated-gradients'), candidate('gradient'), broken], {
    budget,
    seed: 1,
    onEvidence: ({ image, candidate: name }) => void seen.push(`${image} ${name}`),
  });

  it('has evidence for every image and candidate, the baselines among them', () => {
    expect(evidence).toHaveLength(4 * 6);
    expect(seen).toHaveLength(4 * 6);
    expect(new Set(evidence.map((one) => one.candidate))).toEqual(
      new Set(['integrated-gradients', 'gradient', 'broken', 'random', 'sobel', 'centre']),
    );
    expect(evidence.filter(({ randomisation }) => randomisation)).toHaveLength(2 * 2);
  });

  it('finds that integrated gradients add up, move the score and mark the cause', () => {
    expect(answerOf(evidence, 'integrated-gradients', 'add up').answer).toBe('yes');
    expect(answerOf(evidence, 'integrated-gradients', 'move the score').answer).toBe('yes');
    expect(answerOf(evidence, 'integrated-gradients', 'matter more').answer).toBe('yes');
    expect(answerOf(evidence, 'integrated-gradients', 'learned').answer).toBe('yes');
    expect(answerOf(evidence, 'gradient', 'add up').answer).toBe('none');
    expect(answerOf(evidence, 'gradient', 'noise').answer).toBe('yes');
  });

  it('finds that a blob in the middle is no cause, and that baselines need no model', () => {
    expect(answerOf(evidence, 'random', 'matter more').answer).not.toBe('yes');
    expect(answerOf(evidence, 'sobel', 'learned').answer).toBe('no');
    expect(answerOf(evidence, 'sobel', 'cost').words).toBe('It never runs the model.');
  });

  it('notes a method that fails and goes on', () => {
    const failed = verdictsOf(evidence).find((one) => one.candidate === 'broken')!;
    expect(failed.failures).toEqual(['explain: this method <always> fails']);
    expect(failed.verdicts.every(({ answer }) => answer === 'none')).toBe(true);
  });

  it('counts what a method costs', () => {
    const { cost } = evidence.find((one) => one.candidate === 'integrated-gradients')!;
    expect(cost!.rows).toBeGreaterThan(50);
    expect(evidence.find((one) => one.candidate === 'gradient')!.cost!.rows).toBe(1);
  });

  it('goes on where it was broken off', async () => {
    const again: string[] = [];
    const known = JSON.parse(JSON.stringify(evidence.slice(0, 20))) as Evidence[];
    const resumed = await audit(model, scorer, images, [candidate('integrated-gradients'), candidate('gradient'), broken], {
      budget,
      seed: 1,
      known,
      onEvidence: ({ image, candidate: name }) => void again.push(`${image} ${name}`),
    });
    expect(again).toEqual(seen.slice(20));
    expect(verdictsOf(resumed).map(({ verdicts }) => verdicts[3]!.answer)).toEqual(
      verdictsOf(evidence).map(({ verdicts }) => verdicts[3]!.answer),
    );
  });

  it('of one image compares nothing', () => {
    const one = evidence.filter(({ image }) => image === 'image 0');
    const verdict = answerOf(one, 'integrated-gradients', 'move the score');
    expect(verdict.answer).toBe('unclear');
    expect(verdict.words).toContain('one image proves nothing');
    expect(auditReport(one, context)).toContain('One image only');
  });

  it('is a page with every question, curves, pictures and the failure, its text escaped', () => {
    const page = auditReport(evidence, context);
    for (const { question, needs } of questions) expect(page.includes(question)).toBe(needs === undefined);
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page).toContain('<img src="data:,"');
    expect(page).toContain('this method &lt;always&gt; fails');
    expect(page).toContain('a &lt;class&gt;');
    expect(page).not.toContain('NaN');
    expect(page).not.toContain('undefined');
  });
});
