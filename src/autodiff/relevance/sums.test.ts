/** Operators that add elements up share relevance in proportion, as pooling does: none is made or lost. */
import { describe, expect, it } from 'vitest';
import { arrayOf, graphOf, runOnce } from '../../../test/finite-differences.js';
import { randomOf } from '../../../test/samples.js';
import { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';
import { elementCount } from '../../tensor/tensor.js';
import { gradient } from '../gradient/index.js';
import { propagate } from '../propagate.js';
import { compositeNamed } from './composites.js';
import { relevance } from './relevance.js';

const scalar = (b: Builder, value: number) => b.constant(numbers('int64', [value], []));
const cases: readonly [op: string, shape: readonly number[], build: (b: Builder, x: Value) => Value][] = [
  ['CumSum', [1, 3, 5], (b, x) => b.op('CumSum', [x, scalar(b, 2)])],
  ['Col2Im', [1, 8, 9], (b, x) => b.op('Col2Im', [x, b.ints([4, 4]), b.ints([2, 2])])],
  ['DFT', [1, 8, 1], (b, x) => b.op('DFT', [x, undefined, scalar(b, 1)], { onesided: 1 })],
  ['STFT', [1, 12, 1], (b, x) => b.op('STFT', [x, scalar(b, 3), undefined, scalar(b, 6)])],
];

describe.each(cases)('relevance of %s', (op, shape, build) => {
  it('is the share of each element, and is conserved', async () => {
    const random = randomOf(op);
    const b = new Builder(20);
    const x = b.input('x', 'float32', shape);
    const y = build(b, x);
    const composite = compositeNamed('epsilon', {});
    // Where an imaginary part is zero there is nothing to share out.
    const quotient = b.mul(b.mask(b.greater(b.abs(y), 1e-3), y), b.square(y));
    const seed = b.mul(quotient, y);
    const [result] = relevance(b, { composite, seeds: new Map([[y, seed]]), sources: [x] }).values;
    // R_i = x_i times the derivative of what R / y weighs.
    const [slope] = propagate(b, { seeds: new Map([[y, quotient]]), sources: [x], table: gradient });
    const outputs = [result!, seed, b.mul(x, slope!)].map((value, i) => b.named(`out${i}`, value));
    const values = Array.from({ length: elementCount(shape) }, () => 0.2 + random());
    const [share, all, wanted] = await runOnce(graphOf({ b, inputs: [x], outputs: [] }, outputs), {
      x: arrayOf('float32', values, shape),
    });
    const total = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0);
    expect(share!.shape).toEqual(shape);
    expect(total(share!.values)).toBeCloseTo(total(all!.values), 2);
    // The stabiliser takes a millionth.
    for (const [i, value] of wanted!.values.entries()) expect(share!.values[i]! / value).toBeCloseTo(1, 3);
  });
});
