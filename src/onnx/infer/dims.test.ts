import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dim } from '../graph.js';
import * as dims from './dims.js';

const { add, subtract, multiply, floorDivide, ceilDivide, minimum, maximum } = dims;
const operators = [add, multiply, floorDivide, ceilDivide, minimum, maximum];

describe('arithmetic on named sizes', () => {
  it.each<[Dim | undefined, Dim]>([
    [add('N', 0), 'N'],
    [add('H', 'W'), 'H + W'],
    [add('W', 'H'), 'H + W'],
    [subtract(add('N', 3), 'N'), 3],
    [subtract('H', 1), 'H - 1'],
    [multiply(2, 'H'), '2*H'],
    [multiply('W', multiply('H', 3)), '3*H*W'],
    [multiply(add('H', 1), 'W'), 'H*W + W'],
    [floorDivide(multiply('N', 12), 12), 'N'],
    [floorDivide(dims.product(['N', 3, 'H', 'W']), dims.product(['W', 'N'])), '3*H'],
    [floorDivide(add('H', 1), 2), 'floor((H + 1)/2)'],
    // (H + 2 - 3)/2 + 1, the usual convolution of stride 2.
    [add(floorDivide(subtract('H', 1), 2), 1), 'floor((H + 1)/2)'],
    [floorDivide(floorDivide('H', 2), 2), 'floor(H/4)'],
    [floorDivide(add(floorDivide(add('H', 1), 2), 1), 2), 'floor((H + 3)/4)'],
    [floorDivide(multiply(5, 'H'), 2), '2*H + floor(H/2)'],
    [floorDivide(add(multiply(4, 'H'), 3), 6), 'floor((2*H + 1)/3)'],
    [ceilDivide('H', 2), 'floor((H + 1)/2)'],
    [dims.ceil(multiply('H', 0.5)), 'floor((H + 1)/2)'],
    [dims.floor(multiply('H', 0.75)), 'floor(3*H/4)'],
    [dims.floor(multiply('H', 2)), '2*H'],
    [multiply(floorDivide('H', 2), 2), '2*floor(H/2)'],
    [minimum('N', add('N', 2)), 'N'],
    [minimum('N', 2), 'min(2, N)'],
    [maximum('N', 0), 'N'],
    [multiply(2, 'batch-size'), '2*batch-size'],
    [multiply(2, 'a+b c'), '2*"a+b c"'],
    [subtract(multiply(2, 'a+b c'), 'a+b c'), 'a+b c'],
    [dims.exactQuotient(multiply('N', 6), 3), '2*N'],
    [floorDivide(add('H', 'W'), 'H'), 'floor((H + W)/H)'],
  ])('gives %s', (actual, expected) => expect(actual).toBe(expected));

  it.each<[Dim, Dim, number | undefined]>([
    ['N', 'N', 0],
    ['N', -1, 1],
    ['N', 1, undefined],
    [subtract('N', 2), 'N', -1],
    [3, 3, 0],
    ['N', 'M', undefined],
  ])('compares %s and %s', (a, b, sign) => expect(dims.compare(a, b)).toBe(sign));

  it('substitutes inside floors', () => {
    const sizes = new Map<string, Dim>([['H', 7]]);
    expect(dims.substitute('2*floor((H + 1)/2) + W', sizes)).toBe('W + 8');
    expect(dims.substitute('floor(H/4)', sizes)).toBe(1);
    expect(dims.substitute('(not) an + expression', new Map([['(not) an + expression', 5]]))).toBe(5);
  });

  it('means the same as arithmetic on the numbers', () => {
    const size = fc.integer({ min: 0, max: 40 });
    const step = fc.tuple(fc.constantFrom(...operators), fc.constantFrom<Dim>('H', 'W', 2, 3, 5));
    fc.assert(
      fc.property(size, size, fc.array(step, { maxLength: 6 }), (H, W, steps) => {
        const sizes = new Map<string, Dim>(Object.entries({ H: H + 1, W: W + 1 }));
        let named: Dim = 'H';
        let number: Dim = H + 1;
        for (const [operator, operand] of steps) {
          named = operator(named, operand);
          number = operator(number, dims.substitute(operand, sizes));
        }
        expect(dims.substitute(named, sizes)).toBe(number);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('sizes of sizes of sizes', () => {
  it('keep short names, equal for equal arithmetic', () => {
    const squared = (times: number) => Array.from({ length: times }).reduce<Dim>((dim) => dims.multiply(dim, dim), 'N');
    expect(String(squared(40)).length).toBeLessThan(100);
    expect(squared(40)).toBe(squared(40));
    expect(squared(40)).not.toBe(squared(39));
  });
});
