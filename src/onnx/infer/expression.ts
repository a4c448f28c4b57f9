/** Polynomials as the text that names a size, and back: `2*H + 1`, `floor((H + 1)/2)`, `min(2, N)`. */
import {
  add,
  atom,
  constant,
  constantOf,
  divideExactly,
  isNonNegative,
  multiply,
  type Polynomial,
  scale,
  subtract,
} from './polynomial.js';

/** The whole part of p / q. */
export function quotient(p: Polynomial, q: Polynomial): Polynomial {
  const exact = divideExactly(p, q);
  if (exact) return exact;
  const divisor = constantOf(q);
  return divisor !== undefined && divisor > 0 ? byNumber(p, divisor) : atom(`floor(${text(p)}/${text(q)})`);
}

/** floor(p / d), with whole multiples of d taken out, common factors cancelled, and floor in floor made one. */
function byNumber(p: Polynomial, d: number): Polynomial {
  const whole = p.map(({ coefficient, atoms }) => ({ coefficient: Math.floor(coefficient / d), atoms }));
  const outside = whole.filter(({ coefficient }) => coefficient !== 0);
  const rest = subtract(p, scale(outside, d));
  const shared = rest.reduce((g, { coefficient, atoms }) => (atoms.length ? gcd(g, coefficient) : g), d);
  // What is left over of the constant term is less than one shared factor, or goes into it.
  const reduced = rest
    .map(({ coefficient, atoms }) => ({ coefficient: Math.floor(coefficient / shared), atoms }))
    .filter(({ coefficient }) => coefficient !== 0);
  const divisor = d / shared;
  if (divisor === 1 || constantOf(reduced) !== undefined) return add(outside, divisor === 1 ? reduced : []);
  const inner = nested(reduced);
  const inside = inner
    ? byNumber(add(inner.numerator, constant(inner.offset * inner.divisor)), inner.divisor * divisor)
    : atom(`floor(${text(reduced)}/${divisor})`);
  return add(outside, inside);
}

/** p as floor(numerator / divisor) + offset. */
function nested(p: Polynomial): { numerator: Polynomial; divisor: number; offset: number } | undefined {
  const [first, second, ...more] = p;
  if (more.length || first?.coefficient !== 1 || first.atoms.length !== 1 || second?.atoms.length) return undefined;
  const match = /^floor\((.*)\/(\d+)\)$/.exec(first.atoms[0]!);
  return match ? { numerator: parse(match[1]!), divisor: Number(match[2]), offset: second?.coefficient ?? 0 } : undefined;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

export function minimum(p: Polynomial, q: Polynomial): Polynomial {
  if (isNonNegative(subtract(q, p))) return p;
  return isNonNegative(subtract(p, q)) ? q : atom(`min(${[write(p), write(q)].sort().join(', ')})`);
}

export function maximum(p: Polynomial, q: Polynomial): Polynomial {
  if (isNonNegative(subtract(q, p))) return q;
  return isNonNegative(subtract(p, q)) ? p : atom(`max(${[write(p), write(q)].sort().join(', ')})`);
}

/** The size that a polynomial stands for: a number, or its text. A lone name stays as it is. */
export function print(p: Polynomial): number | string {
  const [first, ...more] = p;
  if (!first || (more.length === 0 && first.atoms.length === 0)) return first?.coefficient ?? 0;
  const lone = more.length === 0 && first.coefficient === 1 && first.atoms.length === 1 ? first.atoms[0]! : undefined;
  return lone?.startsWith('"') ? JSON.parse(lone) : write(p);
}

function write(p: Polynomial): string {
  if (p.length === 0) return '0';
  return p
    .map(({ coefficient, atoms }, i) => {
      const size = Math.abs(coefficient);
      const factors = size === 1 && atoms.length ? atoms : [size, ...atoms];
      const sign = coefficient < 0 ? (i ? ' - ' : '-') : i ? ' + ' : '';
      return sign + factors.join('*');
    })
    .join('');
}

/** In brackets where it has several terms. */
const text = (p: Polynomial): string => (p.length > 1 ? `(${write(p)})` : write(p));

const known = new Map<string, Polynomial>();

/** The polynomial that a size stands for. A name that is no expression is an atom, in quotes where it could be mistaken for one. */
export function parse(dim: number | string, meaning?: (name: string) => Polynomial | undefined): Polynomial {
  if (typeof dim === 'number') return constant(dim);
  if (meaning) return meaning(dim) ?? read(dim, meaning);
  const seen = known.get(dim);
  if (seen) return seen;
  const p = read(dim);
  known.set(dim, p);
  return p;
}

const token =
  /\s*(floor\(|min\(|max\(|[A-Za-z_](?:[\w.:]|-(?=\w))*|"(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?(?:e[+-]?\d+)?|[()+\-*/,])\s*/y;

/** Longer names come from files, and are names. */
const LONGEST = 2000;

function read(source: string, meaning?: (name: string) => Polynomial | undefined): Polynomial {
  const tokens = source.length <= LONGEST ? tokensOf(source) : undefined;
  if (!tokens) return whole(source, meaning);
  let at = 0;
  const take = (wanted: string) => tokens[at] === wanted && at++ >= 0;
  const need = (wanted: string) => {
    if (!take(wanted)) throw new NotAnExpression();
  };
  const sum = (): Polynomial => {
    let p = take('-') ? scale(term(), -1) : term();
    for (;;) {
      if (take('+')) p = add(p, term());
      else if (take('-')) p = subtract(p, term());
      else return p;
    }
  };
  const term = (): Polynomial => {
    let p = factor();
    while (take('*')) p = multiply(p, factor());
    return p;
  };
  const pair = (separator: string, combine: (p: Polynomial, q: Polynomial) => Polynomial): Polynomial => {
    const p = sum();
    need(separator);
    const q = sum();
    need(')');
    return combine(p, q);
  };
  const factor = (): Polynomial => {
    const next = tokens[at++] ?? '';
    if (next === 'floor(') return pair('/', quotient);
    if (next === 'min(') return pair(',', minimum);
    if (next === 'max(') return pair(',', maximum);
    if (next === '(') {
      const p = sum();
      need(')');
      return p;
    }
    if (/^\d/.test(next)) return constant(Number(next));
    if (/^[\w"]/.test(next)) return meaning?.(next.startsWith('"') ? JSON.parse(next) : next) ?? atom(next);
    throw new NotAnExpression();
  };
  try {
    const p = sum();
    return at === tokens.length ? p : whole(source, meaning);
  } catch (error) {
    if (error instanceof NotAnExpression) return whole(source, meaning);
    throw error;
  }
}

class NotAnExpression extends Error {}

/** A name that is taken as it stands. */
function whole(name: string, meaning?: (name: string) => Polynomial | undefined): Polynomial {
  return meaning?.(name) ?? atom(/^[A-Za-z_](?:[\w.:]|-(?=\w))*$/.test(name) ? name : JSON.stringify(name));
}

function tokensOf(source: string): string[] | undefined {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const match = token.exec(source);
    if (!match) return undefined;
    tokens.push(match[1]!);
  }
  return tokens;
}
