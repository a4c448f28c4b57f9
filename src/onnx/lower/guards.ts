/**
 * Softmax over rows that may be hidden entirely, with zeros put in place of what is then no number. The result is the same where such
 * rows are made numbers beforehand, and its gradient is one too: no number times zero is no number.
 */
import type { Builder } from '../builder.js';
import type { Node, Value } from '../graph.js';
import type { Lowering, Lowerings } from './lowering.js';

/** The Softmax over the last axis that a value is, but for its type. */
function softmaxOf(value: Value | undefined): Node | undefined {
  const node = value?.producer;
  if (node?.domain !== '') return undefined;
  if (node.op === 'Cast' || node.op === 'Identity') return softmaxOf(node.inputs[0]);
  const axis = node.op === 'Softmax' ? node.int('axis', -1) : undefined;
  return axis === -1 || (axis !== undefined && axis + 1 === value?.rank) ? node : undefined;
}

/** Which rows of scores are replaced: a truth value for each, or for each element where they turn out to be no numbers. */
function replacedRows(b: Builder, condition: Value, softmax: Node): Value | undefined {
  const { producer, shape } = condition;
  if (producer?.op === 'IsNaN' && softmaxOf(producer.inputs[0]) === softmax)
    return b.not(b.greater(b.reduceMax(softmax.inputs[0]!, [-1]), LEAST));
  return shape && (shape.length === 0 || shape.at(-1) === 1) ? condition : undefined;
}

/** The least number of single precision: what is less is infinite. */
const LEAST = -3.4028234663852886e38;

const guarded: Lowering = ({ b, inputs: [condition, instead, value] }) => {
  const softmax = softmaxOf(value);
  const rows = softmax && replacedRows(b, condition!, softmax);
  if (!rows) return undefined;
  const scores = b.where(rows, b.scalar(0, softmax.inputs[0]!.dtype), softmax.inputs[0]!);
  const shares = b.op('Softmax', [scores], { axis: -1 });
  return [b.op('Where', [rows, instead, b.cast(shares, value!.dtype ?? 'float32')])];
};

export const guards = { Where: guarded } satisfies Lowerings;
