/** Matrix products and sums of products in general. */
import type { Dim, Info, Operation, Shape } from '../graph.js';
import type { DType } from '../tensor.js';
import { agree, broadcast } from './broadcast.js';
import { type RuleTable, ranked, reject, shapeOf } from './rule.js';

/** The product of stacks of matrices; an operand of rank 1 is a row (on the left) or a column, and that axis is gone afterwards. */
export function matrixProduct(operation: Operation, a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a?.length === 0 || b?.length === 0) reject(operation, 'operands must not be scalars');
  if (!a || !b) return undefined;
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  agree(operation, 'inner sizes', left.at(-1), right.at(-2));
  const stack = broadcast(operation, [left.slice(0, -2), right.slice(0, -2)])!;
  return [...stack, ...(a.length === 1 ? [] : [left.at(-2)!]), ...(b.length === 1 ? [] : [right.at(-1)!])];
}

const swapped = (shape: Shape | undefined, swap: boolean): Shape | undefined =>
  swap && shape && shape.length > 1 ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;

/** Product of two matrices, either transposed, plus a third operand that must broadcast to it. */
export function affine(operation: Operation): readonly Info[] {
  const [a, b] = [0, 1].map((i) => swapped(ranked(operation, i, 2, 2), operation.int(i ? 'transB' : 'transA', 0) !== 0));
  const dtype = operation.inputs[0]?.dtype;
  agree(operation, 'inner sizes', a?.[1], b?.[0]);
  if (!a || !b) return [{ dtype }];
  const shape: Shape = [a[0]!, b[1]!];
  const c = shapeOf(operation, 2);
  if (c) {
    const whole = broadcast(operation, [shape, c])!;
    if (whole.length > 2 || whole.some((dim, i) => dim !== shape[i] && shape[i] === 1))
      reject(operation, 'the third operand is larger than the product');
  }
  return [{ dtype, shape }];
}

/** FusedMatMul of ONNX Runtime: a product with transposed last axes. */
export function transposedProduct(operation: Operation): readonly Info[] {
  const [a, b] = operation.inputs;
  if (operation.int('transBatchA', 0) || operation.int('transBatchB', 0)) return [{ dtype: a?.dtype }];
  const left = swapped(a?.shape, operation.int('transA', 0) !== 0);
  return [{ dtype: a?.dtype, shape: matrixProduct(operation, left, swapped(b?.shape, operation.int('transB', 0) !== 0)) }];
}

/** Letters name axes; an ellipsis stands for the axes without a letter, which broadcast. */
function einsum(operation: Operation): Shape | undefined {
  const equation = operation.string('equation').replaceAll(' ', '');
  const [left, right] = equation.split('->');
  const terms = left!.split(',');
  if (terms.length !== operation.inputs.length) reject(operation, `equation "${equation}" is for ${terms.length} operands`);
  const sizes = new Map<string, Dim>();
  const ellipses: Shape[] = [];
  for (const [i, term] of terms.entries()) {
    const shape = shapeOf(operation, i);
    if (!shape) return undefined;
    const labels = labelsOf(term, shape.length);
    if (labels.length !== shape.length) reject(operation, `"${term}" of equation "${equation}" is not for rank ${shape.length}`);
    ellipses.push(shape.filter((_, axis) => labels[axis] === ''));
    for (const [axis, label] of labels.entries())
      if (label) sizes.set(label, common(operation, label, sizes.get(label), shape[axis]!));
  }
  const shared = broadcast(operation, ellipses)!;
  return (
    (right ?? implicitOutput(left!))
      .match(/\.\.\.|[A-Za-z]/g)
      ?.flatMap((label) =>
        label === '...'
          ? shared
          : [sizes.get(label) ?? reject(operation, `"${label}" in the result of "${equation}" names no axis`)],
      ) ?? []
  );
}

/** One label an axis, '' for those of the ellipsis. */
function labelsOf(term: string, rank: number): string[] {
  const [before, after] = term.split('...');
  if (after === undefined) return [...term];
  const free = new Array<string>(Math.max(0, rank - before!.length - after.length)).fill('');
  return [...before!, ...free, ...after];
}

function common(operation: Operation, label: string, a: Dim | undefined, b: Dim): Dim {
  // ONNX Runtime repeats axes of size 1, as NumPy does.
  if (a === undefined || a === 1) return b;
  return b === 1 ? a : agree(operation, `sizes of "${label}"`, a, b)!;
}

/** Without an arrow: the ellipsis, then the letters that occur once, sorted. */
function implicitOutput(left: string): string {
  const letters = left.replace(/[^A-Za-z]/g, '');
  const once = [...letters].filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  return (left.includes('...') ? '...' : '') + once.join('');
}

export const product = (operation: Operation, dtype: DType | undefined, other = 1): readonly Info[] => [
  { dtype, shape: matrixProduct(operation, shapeOf(operation), shapeOf(operation, other)) },
];

export const products: RuleTable = {
  MatMul: (operation) => product(operation, operation.inputs[0]?.dtype),
  MatMulInteger: (operation) => product(operation, 'int32'),
  QLinearMatMul: (operation) => product(operation, operation.inputs[7]?.dtype, 3),
  Gemm: affine,
  Einsum: (operation) => [{ dtype: operation.inputs[0]?.dtype, shape: einsum(operation) }],
  Det: (operation) => [{ dtype: operation.inputs[0]?.dtype, shape: ranked(operation, 0, 2)?.slice(0, -2) }],
};
