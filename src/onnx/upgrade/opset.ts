/** Which opset a graph is brought to, and when one of a newer opset may be called an older one. */
import { fail } from '../../errors.js';
import { openBody } from '../codec/index.js';
import { type Attributes, type Graph, type Node, operands } from '../graph.js';
import { type DType, dtypes } from '../tensor.js';

/** Opsets that can be read; those that explanations are written in; the newest that is asked for by name. */
const oldest = 6;
const newest = 25;
const emitted = { from: 17, to: 21 };
const newestTarget = 23;

/** @throws UserError if the graph's opset cannot be read, or cannot be brought to the one that is wanted */
export function chooseOpset(graph: Graph, wanted?: number): number {
  const { opset } = graph.details;
  if (opset < oldest) fail(`the model is written for opset ${opset}, and ${oldest} is the oldest that is read: export it anew`);
  if (opset > newest) {
    if (wanted === undefined) return opset;
    fail(
      `the model is written for opset ${opset}, and ${newest} is the newest that is brought to another: export it with opset 21`,
    );
  }
  if (wanted === undefined) {
    if (opset <= emitted.to) return Math.max(opset, emitted.from);
    return needsMoreThan(graph, emitted.to) ? opset : emitted.to;
  }
  if (!Number.isInteger(wanted) || wanted < emitted.from || wanted > newestTarget)
    fail(`a model is brought to an opset from ${emitted.from} to ${newestTarget}, not ${wanted}`);
  if (wanted >= opset) return wanted;
  if (wanted < emitted.to) fail(`a model of opset ${opset} is not brought down to ${wanted}, at the lowest to ${emitted.to}`);
  const obstacle = needsMoreThan(graph, wanted);
  return obstacle ? fail(`a model of opset ${opset} is not brought down to ${wanted}: ${obstacle}`) : wanted;
}

/** What came after opset 21: everything else that did was more types. */
export const operatorsAfter21: Readonly<Record<string, number>> = {
  Attention: 23,
  RMSNormalization: 23,
  RotaryEmbedding: 23,
  Swish: 24,
  TensorScatter: 24,
};
const attributesAfter21: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Cast: { round_mode: 24 },
  CastLike: { round_mode: 24 },
  DequantizeLinear: { output_dtype: 23 },
  QuantizeLinear: { precision: 23 },
};
const typesAfter21: { readonly [type in DType]?: number } = { bfloat16: 22, float4e2m1: 23, float8e8m0: 24, uint2: 25, int2: 25 };

/** The first thing in the graph that came after this opset, in words. */
function needsMoreThan(graph: Graph, opset: number): string | undefined {
  const since = (version: number | undefined): version is number => version !== undefined && version > opset;
  for (const node of graph.nodes) {
    if (node.domain !== '') continue;
    if (since(operatorsAfter21[node.op])) return `${node.label} came with opset ${operatorsAfter21[node.op]}`;
    for (const [name, version] of Object.entries(attributesAfter21[node.op] ?? {}))
      if (node.has(name) && since(version)) return `"${name}" of ${node.label} came with opset ${version}`;
    const type = typesOf(node).find((type) => since(typesAfter21[type]));
    if (type) return `${node.label} has ${type} tensors, which it may take only since opset ${typesAfter21[type]}`;
    for (const body of bodiesOf(node.attributes)) {
      const obstacle = needsMoreThan(openBody(body, node.captured, graph.details), opset);
      if (obstacle) return obstacle;
    }
  }
  return undefined;
}

function typesOf(node: Node): DType[] {
  const cast = node.attributes.to;
  const values = [...operands(node), ...node.outputs].flatMap(({ dtype }) => dtype ?? []);
  const tensors = Object.values(node.attributes).flatMap((a) => (typeof a === 'object' && 'tensor' in a ? a.tensor.dtype : []));
  return [...values, ...tensors, ...(typeof cast === 'number' ? [dtypes[cast] ?? 'undefined'] : [])];
}

const bodiesOf = (attributes: Attributes) =>
  Object.values(attributes).flatMap((a) => (typeof a === 'object' && 'graph' in a ? a.graph : []));
