import { describe, expect, it } from 'vitest';
import { netCases } from '../../../test/gradient-cases.js';
import { Builder } from '../../onnx/builder.js';
import { propagate } from '../propagate.js';
import { noGradient } from '../rule.js';
import { gradient } from './index.js';
import { whyZero } from './zero.js';

describe('operators whose derivative is zero', () => {
  it.each([...whyZero.keys()].filter((operator) => operator !== 'Round'))('%s says why, and passes nothing on', (operator) => {
    expect(gradient[operator]).toBe(noGradient);
    expect(whyZero.get(operator)).toMatch(/^[a-z]/);
  });

  it('are an error where nothing else leads back', () => {
    const b = new Builder(17);
    const x = b.input('x', 'float32', [2, 3]);
    const y = b.op('Floor', [x]);
    expect(() => propagate(b, { seeds: new Map([[y, y]]), sources: [x], table: gradient })).toThrow('zero everywhere');
  });
});

netCases('what goes around steps', [
  ['x floor(x) between the jumps', { x: [2, 5] }, (b, { x }) => b.mul(x!, b.op('Floor', [b.mul(x!, 0.4)])), { step: 1e-3 }],
  ['a mask of comparisons', { x: [2, 5] }, (b, { x }) => b.mul(b.square(x!), b.mask(b.greater(x!, 5), x!)), { zero: true }],
]);
