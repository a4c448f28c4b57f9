/**
 * The eigenvector of the largest eigenvalue of symmetric matrices, in a graph, by Lanczos' method. In the graph rather than in
 * JavaScript: a compiled explainer has it too, a batch is done at once, and nothing blocks. A matrix of 4096 x 4096 is multiplied
 * with 64 vectors, some hundred milliseconds.
 */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { floats } from '../onnx/tensor.js';
import { random } from '../tensor/random.js';

/** Steps of Lanczos: the error falls exponentially with steps times the root of the relative gap to the next eigenvalue. */
const STEPS = 64;
/** Squarings of the small tridiagonal matrix: its power 2^24 leaves the eigenvectors of the largest eigenvalue alone. */
const SQUARINGS = 24;

/**
 * @param matrix symmetric, [N, n, n], n known
 * @throws UserError if n is known only at run time
 * @returns unit eigenvectors [N, n, 1] of the largest eigenvalues, and those eigenvalues [N, 1, 1]
 */
export function topEigenvector(b: Builder, matrix: Value): { vector: Value; value: Value } {
  const n = matrix.shape?.[2];
  if (typeof n !== 'number')
    return fail("the grid of the layer must be known for its principal component; give the input's sizes (--shape)");
  const { basis, projected } = krylov(b, matrix, Math.min(n, STEPS));
  const small = topBySquaring(b, projected);
  const vector = normalised(b, b.matMul(basis, small));
  return { vector, value: b.reduceSum(b.mul(vector, b.matMul(matrix, vector)), [1]) };
}

/** An orthonormal basis [N, n, m] of what the matrix makes of a random vector, and the matrix in that basis [N, m, m]. */
function krylov(b: Builder, matrix: Value, steps: number): { basis: Value; projected: Value } {
  const n = matrix.shape![2] as number;
  const { normal } = random(1);
  const start = b.constant(floats(Array.from({ length: n }, normal), [1, n, 1]));
  let vector = normalised(b, b.expandLike(start, b.slice(matrix, { starts: [0], ends: [1], axes: [2] })));
  let basis = vector;
  const size = b.reduceMax(b.abs(matrix), [1, 2]);
  for (let step = 1; step < steps; step++) {
    let rest = b.matMul(matrix, vector);
    // Twice is enough for full precision.
    for (let pass = 0; pass < 2; pass++) rest = b.sub(rest, b.matMul(basis, b.matMul(transposed(b, basis), rest)));
    const length = norm(b, rest);
    // Where the space is exhausted, what remains is rounding; it becomes zero and takes no further part.
    const alive = b.mask(b.greater(length, b.mul(size, 1e-5)), length);
    vector = b.mul(rest, b.div(alive, b.add(length, b.sub(1, alive))));
    basis = b.concat([basis, vector], 2);
  }
  return { basis, projected: b.matMul(transposed(b, basis), b.matMul(matrix, basis)) };
}

/** The top eigenvector of a small matrix [N, m, m]: high powers of it, shifted to be positive, are that vector's projector. */
function topBySquaring(b: Builder, matrix: Value): Value {
  const m = matrix.shape![2] as number;
  const identity = b.constant(
    floats(
      Array.from({ length: m * m }, (_, i) => (i % (m + 1) === 0 ? 1 : 0)),
      [1, m, m],
    ),
  );
  const shift = b.sqrt(b.reduceSum(b.square(matrix), [1, 2]));
  let power = b.add(matrix, b.mul(identity, shift));
  for (let i = 0; i < SQUARINGS; i++) {
    const scale = b.add(b.reduceMax(b.abs(power), [1, 2]), 1e-30);
    const scaled = b.div(power, scale);
    power = b.matMul(scaled, scaled);
  }
  // All columns are multiples of the vector; the longest has the largest element on the diagonal.
  const lengths = b.reduceSum(b.square(power), [1], false);
  const longest = b.op('ArgMax', [lengths], { axis: 1, keepdims: 1 });
  const index = b.unsqueeze(longest, [1]);
  const column = b.op('GatherElements', [power, b.op('Expand', [index, b.ints([1, m, 1])])], { axis: 2 });
  return column;
}

const transposed = (b: Builder, x: Value) => b.transpose(x, [0, 2, 1]);
const norm = (b: Builder, x: Value) => b.sqrt(b.reduceSum(b.square(x), [1]));
const normalised = (b: Builder, x: Value) => b.div(x, b.add(norm(b, x), 1e-30));
