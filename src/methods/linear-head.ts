/** Heads that are a linear function of the layer, plus a constant: there changes of the layer are told by the gradient alone. */
import { type Node, operands, reachable, type Value } from '../onnx/graph.js';

const movement = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Identity', 'Cast', 'Dropout']);
const sums = new Set(['Add', 'Sub', 'Sum', 'Mean', 'Concat', 'Slice', 'Pad', 'Split', 'Gather', 'Expand']);
const averages = new Set(['GlobalAveragePool', 'AveragePool', 'ReduceMean', 'ReduceSum']);
/** Linear in either operand, not in both at once. */
const products = new Set(['Gemm', 'MatMul', 'Conv', 'ConvTranspose', 'Mul']);

/** Elements are moved, not changed. */
export const moves = (node: Node): boolean => node.domain === '' && movement.has(node.op);

/** Whether a node's output is affine in those of its operands that depend on the layer. */
export function isAffine(node: Node, dependent: ReadonlySet<Value>): boolean {
  if (node.domain !== '') return false;
  const from = node.inputs.flatMap((value, i) => (value && dependent.has(value) ? [i] : []));
  if (sums.has(node.op)) return true;
  if (products.has(node.op)) return from.length === 1;
  const firstOnly = moves(node) || averages.has(node.op) || node.op === 'Div' || node.op === 'BatchNormalization';
  return firstOnly && from.length === 1 && from[0] === 0;
}

/** Whether the scores are an affine function of the layer. */
function hasAffineHead(layer: Value, scores: Value): boolean {
  const dependent = new Set<Value>([layer]);
  for (const node of reachable([scores]).nodes) {
    if (!operands(node).some((value) => dependent.has(value))) continue;
    if (!isAffine(node, dependent)) return false;
    for (const output of node.outputs) dependent.add(output);
  }
  return dependent.has(scores);
}

/** A probability, or the difference to whichever class is highest, is no affine function of affine logits. */
export function isLogitOfAffineHead(layer: Value, scores: Value, options: Readonly<Record<string, unknown>>): boolean {
  return options['target-score'] === 'logit' && hasAffineHead(layer, scores);
}
