/**
 * Polynomials over sizes that only running tells, in a normal form: equal arithmetic on them gives equal text.
 *
 * The atoms are names and the non-polynomial floor(p/q), min(p,q) and max(p,q), kept as text. Sizes are never negative, which is what lets
 * a comparison of two polynomials be decided at all.
 */

export interface Term {
  readonly coefficient: number;
  /** Sorted; none for the constant term. */
  readonly atoms: readonly string[];
}

/** Terms of distinct atoms, highest degree first, coefficients not zero. */
export type Polynomial = readonly Term[];

export const constant = (value: number): Polynomial => (value === 0 ? [] : [{ coefficient: value, atoms: [] }]);
export const atom = (name: string): Polynomial => [{ coefficient: 1, atoms: [name] }];

/** The value of a polynomial without atoms. */
export function constantOf(p: Polynomial): number | undefined {
  if (p.length === 0) return 0;
  return p.length === 1 && p[0]!.atoms.length === 0 ? p[0]!.coefficient : undefined;
}

export const add = (p: Polynomial, q: Polynomial): Polynomial => collect([...p, ...q]);
export const subtract = (p: Polynomial, q: Polynomial): Polynomial => add(p, scale(q, -1));
export const scale = (p: Polynomial, factor: number): Polynomial =>
  factor === 0 ? [] : p.map(({ coefficient, atoms }) => ({ coefficient: coefficient * factor, atoms }));

export function multiply(p: Polynomial, q: Polynomial): Polynomial {
  return collect(
    p.flatMap((a) => q.map((b) => ({ coefficient: a.coefficient * b.coefficient, atoms: [...a.atoms, ...b.atoms].sort() }))),
  );
}

/** -1, 0 or 1 where the sign is the same for all sizes; `undefined` where it depends on them. */
export function signOf(p: Polynomial): -1 | 0 | 1 | undefined {
  if (p.length === 0) return 0;
  const free = p.find(({ atoms }) => atoms.length === 0)?.coefficient ?? 0;
  if (free > 0 && p.every(({ coefficient }) => coefficient > 0)) return 1;
  return free < 0 && p.every(({ coefficient }) => coefficient < 0) ? -1 : undefined;
}

/** Whether it cannot be negative. */
export const isNonNegative = (p: Polynomial): boolean => p.every(({ coefficient }) => coefficient >= 0);

/** The quotient where division leaves nothing over. */
export function divideExactly(p: Polynomial, q: Polynomial): Polynomial | undefined {
  const [lead] = q;
  if (!lead) return undefined;
  let rest = p;
  let quotient: Polynomial = [];
  // Every step removes the leading term of the rest.
  while (rest.length > 0) {
    const step = divideTerm(rest[0]!, lead);
    if (!step) return undefined;
    quotient = add(quotient, [step]);
    rest = subtract(rest, multiply([step], q));
    if (rest.length > p.length + q.length) return undefined;
  }
  return quotient;
}

function divideTerm(a: Term, b: Term): Term | undefined {
  const coefficient = a.coefficient / b.coefficient;
  if (!Number.isInteger(coefficient)) return undefined;
  const atoms = [...a.atoms];
  for (const name of b.atoms) {
    const at = atoms.indexOf(name);
    if (at < 0) return undefined;
    atoms.splice(at, 1);
  }
  return { coefficient, atoms };
}

function collect(terms: Polynomial): Polynomial {
  const sums = new Map<string, Term>();
  for (const { coefficient, atoms } of terms) {
    const key = atoms.join('*');
    const sum = (sums.get(key)?.coefficient ?? 0) + coefficient;
    if (sum === 0) sums.delete(key);
    else sums.set(key, { coefficient: sum, atoms });
  }
  return [...sums].sort(([a, s], [b, t]) => t.atoms.length - s.atoms.length || (a < b ? -1 : 1)).map(([, term]) => term);
}
