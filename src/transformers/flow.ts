/** What of a graph carries the image from the input to the scores, and where each value goes. */
import { type Node, operands, reachable, type Value } from '../onnx/graph.js';
import { isFloat } from '../onnx/tensor.js';

export interface Flow {
  /** The nodes that depend on the image, in topological order. */
  readonly nodes: readonly Node[];
  /** Whether the numbers of a value depend on the image: sizes do not, and truth values do not count. */
  readonly carries: (value: Value | undefined) => value is Value;
  readonly consumers: (value: Value) => readonly Node[];
}

/** Sizes are known without the image's content. */
const sizes = new Set(['Shape', 'Size']);

export function flowBetween(input: Value, end: Value): Flow {
  const carrying = new Set<Value>([input]);
  const uses = new Map<Value, Node[]>();
  const nodes = reachable([end]).nodes.filter((node) => {
    const from = operands(node).filter((value) => carrying.has(value));
    if (from.length === 0 || sizes.has(node.op)) return false;
    for (const output of node.outputs) if (isFloat(output.dtype ?? 'float32')) carrying.add(output);
    for (const value of new Set(from)) uses.set(value, [...(uses.get(value) ?? []), node]);
    return true;
  });
  return {
    nodes,
    carries: (value): value is Value => value !== undefined && carrying.has(value),
    consumers: (value) => uses.get(value) ?? [],
  };
}

/** The one operand that carries the image; none where there are several. */
export function carrier({ carries }: Flow, node: Node): Value | undefined {
  const found = [...new Set(node.inputs.filter(carries))];
  return found.length === 1 ? found[0] : undefined;
}

/** Whether numbers of the image, or of another input, went into a value: as {@link Flow.carries} tells of one flow. */
export function dependsOnNumbers(value: Value): boolean {
  const seen = new Set<Value>([value]);
  const pending = [value];
  for (let current = pending.pop(); current; current = pending.pop()) {
    const { producer, tensor, dtype } = current;
    if (!producer && !tensor) return true;
    if (!producer || sizes.has(producer.op) || !isFloat(dtype ?? 'float32')) continue;
    for (const operand of operands(producer)) {
      if (seen.has(operand)) continue;
      seen.add(operand);
      pending.push(operand);
    }
  }
  return false;
}
