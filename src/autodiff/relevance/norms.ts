/**
 * Finds normalisations that are written as several operators, so that their parts are treated as one with them: any value divided by
 * what is computed from that value alone (layer, response and L2 normalisation), and the scale behind a normalisation.
 */
import type { Node, Value } from '../../onnx/graph.js';
import { elementwise } from './roots.js';

const whole: ReadonlySet<string> = new Set([
  'LayerNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'RMSNormalization',
  'MeanVarianceNormalization',
]);
const moves: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Cast']);

/**
 * The nodes that are parts of normalisations.
 * @param nodes in topological order; `dependent` are the values that depend on the input
 */
export function partsOfNorms(nodes: readonly Node[], dependent: ReadonlySet<Value>): ReadonlySet<Node> {
  const parts = new Set<Node>();
  for (const node of nodes) {
    for (const part of quotient(node, dependent)) parts.add(part);
    if (node.op !== 'Mul') continue;
    const [scaled, ...others] = node.inputs.filter((value) => value && dependent.has(value));
    const producer = others.length ? undefined : through(scaled);
    if (producer && (whole.has(producer.op) || (producer.op === 'Div' && parts.has(producer)))) parts.add(node);
  }
  return parts;
}

/** What made a value, but for moves. */
function through(value: Value | undefined): Node | undefined {
  let node = value?.producer;
  while (node && moves.has(node.op)) node = node.inputs[0]?.producer;
  return node;
}

/** The parts of a / g(a), and of (x - mean) / g(x) those of the difference as well. */
function quotient(node: Node, dependent: ReadonlySet<Value>): readonly Node[] {
  const [numerator, denominator] = node.op === 'Div' ? node.inputs : [];
  if (!numerator || !denominator || !dependent.has(numerator) || !dependent.has(denominator)) return [];
  const difference = numerator.producer?.op === 'Sub' ? numerator.producer : undefined;
  const [x, mean] = difference?.inputs ?? [];
  if (difference && x && mean && dependent.has(mean)) {
    const [below, within] = [between(x, denominator, dependent), between(x, mean, dependent)];
    return below && within ? [node, difference, ...below, ...within] : [];
  }
  const below = between(numerator, denominator, dependent);
  // x / (1 + exp(-x)) is an activation.
  return below?.some(({ op }) => !elementwise.has(op)) ? [node, ...below] : [];
}

/** The nodes from a value to what is computed of it; none where that depends on anything else. */
function between(origin: Value, end: Value, dependent: ReadonlySet<Value>): readonly Node[] | undefined {
  const found = new Set<Node>();
  const pending = [end];
  for (let value = pending.pop(); value; value = pending.pop()) {
    if (value === origin || !dependent.has(value)) continue;
    const { producer } = value;
    // What is older cannot have been computed of it.
    if (!producer || value.age < origin.age) return undefined;
    if (found.has(producer)) continue;
    found.add(producer);
    pending.push(...producer.inputs.filter((input) => input !== undefined));
  }
  return [...found];
}
