/** How the scores are read from the tokens: off a class token, or off all of them. */
import type { Node, Value } from '../onnx/graph.js';
import { numberOf } from '../onnx/infer/content.js';
import type { Flow } from './flow.js';

/** The axis of the tokens in [N, tokens, d] or [tokens, N, d]; -1 where they have none. */
export function tokenAxis({ shape = [] }: Value, count: number): number {
  return shape[1] === count ? 1 : shape.indexOf(count);
}

/** Whether something behind a node takes a single one of the tokens. */
export function readsOneToken(flow: Flow, count: number, behind: Node): boolean {
  return flow.nodes.some((node) => node.age > behind.age && takesOne(node, count));
}

function takesOne(node: Node, count: number): boolean {
  const [tokens] = node.inputs;
  const axis = tokens?.rank === 3 ? tokenAxis(tokens, count) : -1;
  if (axis < 0) return false;
  const isAlong = () => [axis, axis - 3].includes(node.int('axis', 0));
  if (node.op === 'Gather') return isAlong() && numberOf(node.inputs[1]) !== undefined;
  if (node.op === 'Split') return isAlong() && node.outputs.some((output) => output.shape?.[axis] === 1);
  return node.op === 'Slice' && node.output().shape?.[axis] === 1;
}
