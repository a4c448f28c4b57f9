/**
 * Finds what is one activation though it is written as several operators: SiLU as x sigmoid(x), HardSwish, GELU by Erf, Clip as
 * Min of Max. All of them are elementwise functions of a single value, and so is what they are made of: the value is their root.
 */

import { sameShape } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { activations } from '../gradient/activations.js';

/** Operators that make each element of their output of one element of each operand. */
export const elementwise: ReadonlySet<string> = new Set([
  ...Object.keys(activations),
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Sum', 'Mean', 'Where', 'Mod'],
  ...['Neg', 'Abs', 'Sqrt', 'Exp', 'Log', 'Reciprocal', 'Identity', 'Dropout', 'Cast', 'CastLike'],
  ...['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh'],
  ...['Sign', 'Floor', 'Ceil', 'Round', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal', 'Not', 'And', 'Or'],
]);

/** Where an elementwise function starts, and how many operators lie between. */
interface Origin {
  readonly root: Value;
  readonly distance: number;
}

export interface Roots {
  /** For an elementwise function of a single value: which operand carries its relevance on, the one nearest to the root. */
  carrier(node: Node): number | undefined;
}

/** @param nodes in topological order; `dependent` holds the values that depend on the input: all others count as constants */
export function findRoots(nodes: readonly Node[], dependent: ReadonlySet<Value>): Roots {
  const origins = new Map<Value, Origin>();
  const originOf = (value: Value): Origin => origins.get(value) ?? { root: value, distance: 0 };
  const carriers = new Map<Node, number>();
  for (const node of nodes) {
    if (node.domain !== '' || !elementwise.has(node.op)) continue;
    const y = node.output();
    const operands = node.inputs.flatMap((value, index) =>
      value && dependent.has(value) ? [{ index, ...originOf(value) }] : [],
    );
    const [first] = operands;
    if (!first || operands.some(({ root }) => root !== first.root)) continue;
    // A truth value carries nothing: of Where(x > 0, x, 0) it is the second operand that does.
    const carrying = operands.filter(({ index }) => node.inputs[index]!.dtype !== 'bool');
    if (operands.length > 1 && !operands.every(({ index }) => sameShape(node.inputs[index]!.shape, y.shape))) continue;
    const nearest = carrying.reduce<(typeof operands)[0] | undefined>(
      (best, operand) => (best && best.distance <= operand.distance ? best : operand),
      undefined,
    );
    if (nearest) carriers.set(node, nearest.index);
    const distance = Math.max(...operands.map((operand) => operand.distance)) + 1;
    for (const output of node.outputs) origins.set(output, { root: first.root, distance });
  }
  return { carrier: (node) => carriers.get(node) };
}
