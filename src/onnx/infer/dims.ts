/** Arithmetic on sizes, known or named: names come out as expressions in normal form, so equal arithmetic gives equal names. */
import type { Dim } from '../graph.js';
import * as expression from './expression.js';
import { parse, print } from './expression.js';
import type { Polynomial } from './polynomial.js';
import * as polynomial from './polynomial.js';

function lift(onNumbers: (a: number, b: number) => number, onNames: (p: Polynomial, q: Polynomial) => Polynomial) {
  return (a: Dim, b: Dim): Dim =>
    typeof a === 'number' && typeof b === 'number' ? onNumbers(a, b) : short(print(onNames(parse(a), parse(b))));
}

/** Sizes squared over and over would fill the memory with their names; a longer one is known by its hash. */
const LONGEST = 500;

function short(dim: Dim): Dim {
  if (typeof dim === 'number' || dim.length <= LONGEST) return dim;
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < dim.length; i++) {
    a = Math.imul(a ^ dim.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ dim.charCodeAt(i), 0x85ebca6b);
  }
  return `size_${(a >>> 0).toString(36)}_${(b >>> 0).toString(36)}`;
}

export const add = lift((a, b) => a + b, polynomial.add);
export const subtract = lift((a, b) => a - b, polynomial.subtract);
export const multiply = lift((a, b) => a * b, polynomial.multiply);
export const minimum = lift(Math.min, expression.minimum);
export const maximum = lift(Math.max, expression.maximum);
/** The whole part of a / b, b not zero; named sizes count as not negative. */
export const floorDivide = lift((a, b) => Math.floor(a / b), expression.quotient);

export const product = (dims: readonly Dim[]): Dim => dims.reduce(multiply, 1);
export const sum = (dims: readonly Dim[]): Dim => dims.reduce(add, 0);
export const ceilDivide = (a: Dim, b: Dim): Dim => floorDivide(add(a, subtract(b, 1)), b);

/** a / b where that is a whole number, whatever the sizes turn out to be. */
export function exactQuotient(a: Dim, b: Dim): Dim | undefined {
  const quotient = polynomial.divideExactly(parse(a), parse(b));
  return quotient && print(quotient);
}

/** The largest whole number not above a, whose coefficients may be fractions of up to 64ths. */
export const floor = (a: Dim): Dim | undefined => rounded(a, floorDivide, Math.floor);
/** The smallest whole number not below a, likewise. */
export const ceil = (a: Dim): Dim | undefined => rounded(a, ceilDivide, Math.ceil);

function rounded(a: Dim, divide: (a: Dim, b: number) => Dim, onNumber: (a: number) => number): Dim | undefined {
  if (typeof a === 'number') return onNumber(a);
  const p = parse(a);
  for (let b = 1; b <= 64; b++) {
    const whole = polynomial.scale(p, b);
    if (whole.every(({ coefficient }) => Number.isInteger(coefficient))) return divide(print(whole), b);
  }
  return undefined;
}

/** The sign of a - b, where it does not depend on what the names stand for. */
export function compare(a: Dim, b: Dim): -1 | 0 | 1 | undefined {
  return a === b ? 0 : polynomial.signOf(polynomial.subtract(parse(a), parse(b)));
}

/** The size with names replaced by what they stand for. */
export function substitute(dim: Dim, sizes: ReadonlyMap<string, Dim>): Dim {
  if (typeof dim === 'number' || sizes.size === 0) return dim;
  return print(
    parse(dim, (name) => {
      const size = sizes.get(name);
      return size === undefined ? undefined : parse(size);
    }),
  );
}
