/** The backward walk. Gradients, guided gradients and relevance are this walk with other tables. */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import { type Node, operands, reachable, type Use, type Value } from '../onnx/graph.js';
import { isFloat } from '../onnx/tensor.js';
import type { Rule, RuleTable } from './rule.js';

export interface Propagation {
  /** What flows into the walk: for values of the graph, values of their shape. */
  readonly seeds: ReadonlyMap<Value, Value>;
  /** Where the walk ends. */
  readonly sources: readonly Value[];
  readonly table: RuleTable;
  /** What the table propagates, for messages. */
  readonly quantity?: string;
}

/**
 * Walks from the seeds back to the sources in reverse topological order; at each node calls its rule, and adds up what arrives at a
 * value from several consumers. The nodes are made by the builder.
 * @returns one value per source, of its shape
 * @throws UserError if a source does not reach the seeds, or an operator between them has no rule
 */
export function propagate(b: Builder, { seeds, sources, table, quantity = 'gradient' }: Propagation): Value[] {
  const ends = [...seeds.keys()];
  const { nodes } = reachable(ends);
  const between = dependents(nodes, sources);
  for (const source of sources) {
    const led = dependents(nodes, [source]);
    if (!ends.some((end) => led.has(end))) fail(`"${source.name}" does not lead to ${names(ends)}`);
  }

  const arrived = new Map<Value, Value>(seeds);
  const cuts: Use[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => between.has(output))) continue;
    const upstream = node.outputs.map((output) => arrived.get(output));
    if (!upstream.some(Boolean)) continue;
    const rule = ruleOf(table, node) ?? fail(withoutRule(node, sources, ends, quantity));
    const wanted = node.inputs.map((input) => !!input && between.has(input));
    // Sizes and indices have no derivative: where nothing else leads to the source, there is nothing to do.
    const passes = node.inputs.some((input, i) => wanted[i] && isFloat(input!.dtype ?? 'float32'));
    b.within({ 'sightline.rule': `${quantity} of ${node.op}`, 'sightline.source': node.name }, () => {
      // Rules of operators with one output read dy; those with several read upstream.
      const context = { node, inputs: node.inputs, x: node.inputs[0]!, y: node.output(), dy: upstream[0]!, upstream, wanted, b };
      const shares = passes ? rule(context) : [];
      node.inputs.forEach((input, index) => {
        if (!input || !wanted[index]) return;
        const share = shares[index];
        const before = arrived.get(input);
        if (!share) cuts.push({ node, index });
        else arrived.set(input, before ? b.add(before, share) : share);
      });
    });
  }
  const blocked = () => nodes.filter((node) => between.has(node.output()) && !ruleOf(table, node));
  const cutFrom = (source: Value) => {
    const led = dependents(nodes, [source]);
    const isLed = (value: Value | undefined) => value !== undefined && led.has(value);
    const used = new Set([...ends, ...nodes.flatMap(operands)]);
    // Where floats become indices or truth values says more than what those are then used for.
    const becomes = ({ op, inputs, outputs }: Node) =>
      !['Shape', 'Size'].includes(op) &&
      inputs.some((x) => isLed(x) && isFloat(x!.dtype)) &&
      !outputs.some((y) => used.has(y) && isFloat(y.dtype));
    const zero = new Set(cuts.filter(({ node, index }) => isLed(node.inputs[index])).map(({ node }) => node));
    // The first on the way from the source: behind it may be what chooses the target.
    return nodes.filter((node) => becomes(node) || zero.has(node));
  };
  return sources.map((source) => arrived.get(source) ?? fail(nothingArrives(source, cutFrom(source), blocked(), quantity)));
}

/** The values that depend on a source, sources included. */
function dependents(nodes: readonly Node[], sources: readonly Value[]): Set<Value> {
  const dependent = new Set<Value>(sources);
  for (const node of nodes) {
    if (operands(node).some((value) => dependent.has(value))) for (const output of node.outputs) dependent.add(output);
  }
  return dependent;
}

/** Operators come from files: one named "constructor" must not find anything. */
export function ruleOf(table: RuleTable, node: Pick<Node, 'domain' | 'op'>): Rule | undefined {
  const name = ruleName(node);
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The key of a node's rule in a table. */
export function ruleName({ domain, op }: Pick<Node, 'domain' | 'op'>): string {
  return domain === '' ? op : `${domain}.${op}`;
}

const names = (values: readonly Value[]) => values.map(({ name }) => `"${name}"`).join(', ');

function withoutRule(node: Node, sources: readonly Value[], ends: readonly Value[], quantity: string): string {
  return (
    `${node.label} has no ${quantity} rule, and it lies between ${names(sources)} and ${names(ends)}; ` +
    'explain an output before it (--output), a layer behind it (--layer), or use a method without gradients'
  );
}

/** Names what stands in the way: an operator that has no rule, rather than the first whose derivative is zero. */
function nothingArrives(source: Value, cuts: readonly Node[], blocked: readonly Node[], quantity: string): string {
  const reasons = [
    ...blocked.slice(0, 1).map((node) => `${node.label} has no ${quantity} rule`),
    ...cuts
      .filter((node) => node !== blocked[0])
      .slice(0, 1)
      .map((node) => `the ${quantity} of ${node.label} is zero everywhere`),
  ];
  return `no ${quantity} reaches "${source.name}": ${reasons.join(', and ')}; use a method without gradients`;
}
