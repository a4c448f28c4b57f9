/** Activations written as a product: x sigmoid(x), x (1 + erf(x)) / 2 and their like. */
import { activations } from '../autodiff/gradient/activations.js';
import type { Node, Value } from '../onnx/graph.js';

const pointwise: ReadonlySet<string> = new Set([
  ...Object.keys(activations),
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Neg', 'Exp', 'Abs', 'Sqrt', 'Reciprocal', 'Cast', 'Identity', 'Where', 'Min', 'Max'],
]);

/**
 * Of a product whose factors are functions of one value, element by element: the index of the factor that is nearest to this value. The
 * other one opens and closes it.
 */
export function signalOf(product: Node): number | undefined {
  const depths = product.inputs.map((factor) => new Map([[factor!, 0]]));
  const pending = [...new Set(product.inputs as Value[])];
  while (pending.length > 1) {
    // The youngest value: whatever the others are made of is older.
    pending.sort((a, b) => a.age - b.age);
    const value = pending.pop()!;
    const { producer } = value;
    if (producer?.domain !== '' || !pointwise.has(producer.op)) return undefined;
    for (const operand of producer.inputs) {
      if (!operand || operand.tensor) continue;
      if (!pending.includes(operand)) pending.push(operand);
      for (const depth of depths) {
        const here = depth.get(value);
        if (here !== undefined) depth.set(operand, Math.min(here + 1, depth.get(operand) ?? Number.POSITIVE_INFINITY));
      }
    }
  }
  const root = pending[0]!;
  const [left, right] = depths.map((depth) => depth.get(root));
  if (left === undefined || right === undefined) return undefined;
  return left <= right ? 0 : 1;
}
