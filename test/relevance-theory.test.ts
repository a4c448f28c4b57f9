/**
 * The tables of docs/relevance-theory.md, computed. Each stands in the page between `<!-- name -->` and `<!-- / -->`; the test compares,
 * and `UPDATE_DOCS=1 npx vitest run test/relevance-theory` writes them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradient } from '../src/autodiff/gradient/index.js';
import { propagate } from '../src/autodiff/propagate.js';
import { compositeNamed } from '../src/autodiff/relevance/composites.js';
import { ruleNamed } from '../src/autodiff/relevance/rule-names.js';
import { defaultModel, openModel } from '../src/catalog/node/open.js';
import { explain } from '../src/explain/explain.js';
import { preprocess } from '../src/image/index.js';
import { decodeImage } from '../src/image/node/index.js';
import { Builder } from '../src/onnx/builder.js';
import type { Value } from '../src/onnx/graph.js';
import { graphOf, runOnce } from './finite-differences.js';
import { type Network, runRelevance, sum, tensor } from './relevance-scene.js';

const page = new URL('../docs/relevance-theory.md', import.meta.url);

type Table = readonly (readonly (string | number)[])[];

const digits = (value: number) => (Math.abs(value) < 5e-6 ? '0' : String(+value.toPrecision(4)));
const cells = (values: readonly number[]) => values.map(digits);
const list = (values: readonly number[]) => cells(values).join(', ');

/** A table with its columns aligned. */
function markdown(table: Table): string {
  const texts = table.map((row) => row.map(String));
  const widths = texts[0]!.map((_, column) => Math.max(3, ...texts.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...rows] = texts;
  return [head!, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}

function expectInPage(name: string, table: Table): void {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(`<!-- ${name} -->\n`);
  const [, ...after] = rest?.split('<!-- / -->') ?? [];
  const written = `${before}<!-- ${name} -->\n${markdown(table)}\n<!-- / -->${after.join('<!-- / -->')}`;
  if (process.env.UPDATE_DOCS) writeFileSync(page, written);
  else expect(text).toBe(written);
}

/** Relevance of one dense layer by a rule. */
const dense = (
  weights: readonly (readonly number[])[],
  input: readonly number[],
  rule: Parameters<typeof ruleNamed>,
  bias?: readonly number[],
) =>
  runRelevance({
    shape: [1, input.length],
    input,
    network: (b, x) => b.op('Gemm', [x, tensor(b, weights), ...(bias ? [tensor(b, bias)] : [])], { transB: 1 }),
    composite: [{ match: { kind: 'dense' }, rule: ruleNamed(...rule) }],
    seed: (_, y) => y,
  });

describe('the page on theory', () => {
  it('a linear model: decompositions that conserve', async () => {
    const [w, x] = [
      [2, -1, 0, 0.5],
      [1, 0.5, 3, 2],
    ];
    const [zero, square, flat] = [
      await dense([w], x, ['zero']),
      await dense([w], x, ['w-square']),
      await dense([w], x, ['flat']),
    ];
    const [score] = zero.output;
    const removed = x.map((value, i) => value * w[i]!);
    for (const { relevance } of [zero, square, flat]) expect(sum(relevance)).toBeCloseTo(score!, 4);
    expect(zero.relevance.map((value) => +value.toFixed(5))).toEqual(removed);
    expectInPage('linear', [
      ['', 'x1', 'x2', 'x3', 'x4', 'sum'],
      ['input', ...x, ''],
      ['weight', ...w, ''],
      ['f(x) - f(x without it)', ...cells(removed), digits(sum(removed))],
      ...(
        [
          ['zero', zero],
          ['w-square', square],
          ['flat', flat],
        ] as const
      ).map(([name, { relevance }]) => [name, ...cells(relevance), digits(sum(relevance))]),
    ]);
  });

  it('LRP-0 is input x gradient behind ReLU, and not behind SiLU', async () => {
    const wave = (count: number, by: number) => Array.from({ length: count }, (_, i) => Math.sin(by * (i + 1)));
    const deep =
      (activation: (b: Builder, x: Value) => Value): Network =>
      (b, x) => {
        const first = activation(b, b.op('Gemm', [x, tensor(b, wave(24, 1.7), [4, 6]), tensor(b, wave(6, 2.3))]));
        const second = activation(b, b.op('Gemm', [first, tensor(b, wave(36, 0.9), [6, 6]), tensor(b, wave(6, 1.1))]));
        return b.matMul(second, tensor(b, wave(6, 3.1), [6, 1]));
      };
    const input = [0.5, -1, 2, 0.3];
    const rows: string[][] = [];
    for (const [name, activation] of [
      ['ReLU', (b: Builder, x: Value) => b.relu(x)],
      ['SiLU', (b: Builder, x: Value) => b.mul(x, b.sigmoid(x))],
    ] as const) {
      const network = deep(activation);
      const { relevance, output } = await runRelevance({
        shape: [1, 4],
        input,
        network,
        composite: compositeNamed('zero'),
        seed: (_, y) => y,
      });
      const b = new Builder(17);
      const x = b.input('x', 'float32', [1, 4]);
      const y = network(b, x);
      const [dx] = propagate(b, { seeds: new Map([[y, b.expandLike(b.scalar(1), y)]]), sources: [x], table: gradient });
      const graph = graphOf({ b, inputs: [x], outputs: [] }, [b.named('product', b.mul(x, dx!))]);
      const [product] = await runOnce(graph, { x: { shape: [1, 4], data: Float32Array.from(input) } });
      const largest =
        Math.max(...relevance.map((value, i) => Math.abs(value - product!.values[i]!))) / Math.max(...relevance.map(Math.abs));
      if (name === 'ReLU') expect(largest).toBeLessThan(1e-5);
      else expect(largest).toBeGreaterThan(0.05);
      rows.push([`${name}: LRP-0`, ...cells(relevance), digits(sum(relevance)), digits(output[0]!)]);
      rows.push([`${name}: input x gradient`, ...cells(product!.values), digits(sum(product!.values)), digits(output[0]!)]);
    }
    expectInPage('input-x-gradient', [['', 'x1', 'x2', 'x3', 'x4', 'sum', 'f(x)'], ...rows]);
  });

  it("deep Taylor's root points give the rules", async () => {
    const [w, x, low, high] = [[2, -1, 1], [1, 2, 0.5], -1, 3];
    const score = sum(w.map((value, i) => value * x[i]!));
    // On the way from x along v, the neuron reaches zero after t = f / (w v); there is the root.
    const searches: readonly (readonly [string, Parameters<typeof ruleNamed>, readonly number[], string])[] = [
      ['w-square', ['w-square'], w, 'the nearest point where the neuron is zero'],
      ['z-plus', ['z-plus'], x.map((value, i) => (w[i]! > 0 ? value : 0)), 'less of what excites it: stays positive'],
      [
        'z-box',
        ['z-box', { low, high }],
        x.map((value, i) => value - (w[i]! > 0 ? low : high)),
        'towards the worst corner of the box',
      ],
    ];
    const rows: string[][] = [];
    for (const [name, rule, direction, meaning] of searches) {
      const t = score / sum(direction.map((v, i) => v * w[i]!));
      const root = x.map((value, i) => value - t * direction[i]!);
      const taylor = root.map((value, i) => (x[i]! - value) * w[i]!);
      const { relevance } = await dense([w], x, rule);
      relevance.forEach((value, i) => {
        expect(value).toBeCloseTo(taylor[i]!, 4);
      });
      expect(sum(root.map((value, i) => value * w[i]!))).toBeCloseTo(0, 6);
      rows.push([name, meaning, list(root), list(relevance), digits(sum(relevance))]);
    }
    expectInPage('deep-taylor', [['rule', 'root: where to look for it', 'root point', 'relevance', 'sum'], ...rows]);
  });

  it('a softmax output is a poor start', async () => {
    const weights = [
      [2, 0.5, 3],
      [1, -0.5, 3],
      [-1, 1, 3],
    ];
    const rows: string[][] = [];
    for (const scale of [0.5, 1, 2, 4]) {
      const walk = async (end: (b: Builder, logits: Value) => Value) => {
        const b = new Builder(17);
        const x = b.input('x', 'float32', [1, 3]);
        const logits = b.mul(b.op('Gemm', [x, tensor(b, weights)], { transB: 1 }), scale);
        const y = b.slice(end(b, logits), { starts: [0], ends: [1], axes: [1] });
        const [dx] = propagate(b, { seeds: new Map([[y, b.expandLike(b.scalar(1), y)]]), sources: [x], table: gradient });
        const graph = graphOf({ b, inputs: [x], outputs: [] }, [b.named('product', b.mul(x, dx!)), b.named('y', y)]);
        return runOnce(graph, { x: { shape: [1, 3], data: Float32Array.from([1.5, 0.5, 1]) } });
      };
      const [logit] = await walk((_, logits) => logits);
      const [share, probability] = await walk((b, logits) => b.op('Softmax', [logits], { axis: 1 }));
      expect(Math.abs(share!.values[2]!)).toBeLessThan(1e-5);
      rows.push([digits(scale), digits(probability!.values[0]!), list(logit!.values), list(share!.values)]);
    }
    expectInPage('softmax', [
      ['logits times', 'probability', 'logit: input x gradient', 'probability: input x gradient'],
      ...rows,
    ]);
  });

  it('epsilon and gamma calm a noisy map', async () => {
    const model = await openModel(defaultModel);
    const photo = await decodeImage(new URL('../models/photos/chelsea.png', import.meta.url).pathname);
    const { tensor: input } = preprocess(photo, model.recipe, { channels: 3, height: 224, width: 224, layout: 'NCHW' });
    const rows: { name: string; negative: number; rough: number }[] = [];
    const scaled = JSON.stringify({ rules: [{ kind: 'linear', rule: 'epsilon', epsilon: 0.25, scaled: true }] });
    const composites = {
      zero: 'zero',
      'epsilon of 0.25 root mean squares': scaled,
      gamma: 'gamma',
      'epsilon-gamma-box': 'epsilon-gamma-box',
    };
    for (const [name, composite] of Object.entries(composites)) {
      const { attribution } = await explain(model, 'lrp', input, { options: { composite } });
      rows.push({ name, ...noiseOf(attribution.data, 224) });
    }
    const [zero, epsilon, gamma, box] = rows;
    expect(epsilon!.rough).toBeLessThan(zero!.rough);
    expect(gamma!.negative).toBeLessThan(epsilon!.negative);
    expect(box!.rough).toBeLessThan(zero!.rough);
    const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
    expectInPage('noise', [
      ['composite', 'negative relevance', 'change from place to place'],
      ...rows.map(({ name, negative, rough }) => [name, percent(negative), percent(rough)]),
    ]);
  });
});

/** How much of all magnitude is negative; and how much neighbouring places differ, against how large they are (200 % is their most). */
function noiseOf(data: Float32Array, width: number): { negative: number; rough: number } {
  const places = Array.from(
    { length: width * width },
    (_, i) => data[i]! + data[i + width * width]! + data[i + 2 * width * width]!,
  );
  const magnitude = sum(places.map(Math.abs));
  const steps = places.map((value, i) => (i % width ? Math.abs(value - places[i - 1]!) : 0));
  return { negative: sum(places.map((value) => Math.max(0, -value))) / magnitude, rough: sum(steps) / magnitude };
}
