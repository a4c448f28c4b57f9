/** How the scores are read from the tokens: off a class token, or off all of them. */
import type { Node, Value } from '../onnx/graph.js';
import { numberOf, numbersOf } from '../onnx/infer/content.js';
import type { Flow } from './flow.js';

/** The axis of the tokens in [N, tokens, d] or [tokens, N, d]; -1 where they have none. */
export function tokenAxis({ shape = [] }: Value, count: number): number {
  return shape[1] === count ? 1 : shape.indexOf(count);
}

/** Whether something behind a node takes a single one of the tokens. */
export function readsOneToken(flow: Flow, count: number, behind: Node): boolean {
  return flow.nodes.some((node) => node.age > behind.age && takesOne(node, count));
}

/**
 * How many of the first tokens of a value are all that is read of it, where nothing but single tokens is taken: of [N, tokens, d], normalised
 * or not. None where others may be read too.
 */
export function firstTokensRead(flow: Flow, value: Value, count: number): number | undefined {
  const pending = [value];
  let most = 0;
  for (const current of pending) {
    for (const node of flow.consumers(current)) {
      const index = takenToken(node, count);
      if (index !== undefined) most = Math.max(most, index + 1);
      else if (tokenwise.has(node.op)) pending.push(node.output());
      else return undefined;
    }
  }
  return most || undefined;
}

const tokenwise = new Set(['LayerNormalization', 'Identity', 'Cast', 'Dropout']);

/** The place of the one token that a node takes. */
function takenToken(node: Node, count: number): number | undefined {
  if (!takesOne(node, count) || node.op === 'Split') return undefined;
  const index = node.op === 'Gather' ? numberOf(node.inputs[1]) : numbersOf(node.inputs[1])?.[0];
  return index !== undefined && index >= 0 ? index : undefined;
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
