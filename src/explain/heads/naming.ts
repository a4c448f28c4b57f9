/**
 * TEXTSPAN: names a head by the texts along which its vectors differ most between images. Gandelsman, Efros, Steinhardt, ICLR 2024,
 * algorithm 1, as its authors' code has it.
 */
import { symmetricEigen } from './eigen.js';

export interface NamedBy {
  /** Index of the text. */
  readonly text: number;
  /** Part of the head's variance that this text and those before it account for. */
  readonly explained: number;
}

/**
 * Greedy: takes the text along which the vectors vary most, removes its direction from vectors and texts, and so on.
 * @param vectors of one head, one row per image, [K, D]
 * @param texts of length 1, [M, D]
 * @param count how many texts to name
 * @param rank texts count only within so many of the vectors' leading directions
 */
export function nameHead(
  vectors: readonly Float64Array[],
  texts: readonly Float64Array[],
  { count = 5, rank = 80 }: { readonly count?: number; readonly rank?: number } = {},
): NamedBy[] {
  const span = leadingDirections(vectors, rank);
  let directions = texts.map((text) =>
    combined(
      span,
      span.map((axis) => dot(axis, text)),
    ),
  );
  let rest = centred(vectors);
  const whole = energy(rest);
  const named: NamedBy[] = [];
  for (let i = 0; i < Math.min(count, span.length, texts.length); i++) {
    const variances = directions.map((text) => spread(rest.map((vector) => dot(vector, text))));
    const best = variances.indexOf(Math.max(...variances));
    const chosen = directions[best]!;
    const length = dot(chosen, chosen);
    if (!(length > 1e-12)) break;
    const without = (vector: Float64Array) => minus(vector, chosen, dot(vector, chosen) / length);
    rest = rest.map(without);
    directions = directions.map(without);
    named.push({ text: best, explained: whole > 0 ? 1 - energy(rest) / whole : 0 });
  }
  return named;
}

/** The leading right singular vectors of the rows, not centred; no more than there are. */
function leadingDirections(rows: readonly Float64Array[], most: number): Float64Array[] {
  const n = rows.length;
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) gram[i * n + j] = dot(rows[i]!, rows[j]!);
  const { values, vectors } = symmetricEigen(gram, n);
  const significant = values.filter((value) => value > 1e-10 * values[0]!).length;
  return vectors.slice(0, Math.min(most, significant)).map((weights, i) =>
    combined(
      rows,
      Array.from(weights, (weight) => weight / Math.sqrt(values[i]!)),
    ),
  );
}

function centred(rows: readonly Float64Array[]): Float64Array[] {
  const mean = combined(
    rows,
    rows.map(() => 1 / rows.length),
  );
  return rows.map((row) => minus(row, mean, 1));
}

const dot = (a: Float64Array, c: Float64Array): number => a.reduce((sum, value, i) => sum + value * c[i]!, 0);
const minus = (a: Float64Array, c: Float64Array, factor: number): Float64Array => a.map((value, i) => value - factor * c[i]!);
const energy = (rows: readonly Float64Array[]): number => rows.reduce((sum, row) => sum + dot(row, row), 0);

function combined(rows: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0);
  rows.forEach((row, i) => {
    for (let k = 0; k < sum.length; k++) sum[k]! += weights[i]! * row[k]!;
  });
  return sum;
}

/** Variance, with one degree of freedom taken. */
function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
}
