/** Prints a graph as text, one line per node: what tests compare, and people read. */
import type { Attribute, Graph, Node, Shape, Value } from './graph.js';

/** Inputs, one line per node with its attributes and shapes, and outputs. `%` marks computed values; constants go bare. */
export function printGraph(graph: Graph): string {
  const lines: (readonly [string, string])[] = [
    ...graph.inputs.map((value) => [`input ${reference(value)}`, typeOf(value)] as const),
    ...graph.nodes.map((node) => [printNode(node), node.outputs.map((output) => shapeOf(output.shape)).join(' ')] as const),
  ];
  const width = Math.min(100, Math.max(0, ...lines.map(([left]) => left.length)));
  const body = lines.map(([left, right]) => `${left.padEnd(width)}  ${right}`.trimEnd());
  return [...body, `output ${graph.outputs.map(reference).join(', ')}`, ''].join('\n');
}

export function printNode(node: Node): string {
  const outputs = node.outputs.map(reference).join(', ');
  const inputs = node.inputs.map((input) => (input ? reference(input) : '_')).join(', ');
  const attributes = Object.entries(node.attributes).map(([name, attribute]) => `${name}: ${printAttribute(attribute)}`);
  const domain = node.domain ? `${node.domain}.` : '';
  const origin = node.metadata['sightline.rule'];
  return [
    `${outputs} = ${domain}${node.op}(${inputs})`,
    ...(attributes.length ? [`{${attributes.join(', ')}}`] : []),
    ...(origin ? [`; ${origin}`] : []),
  ].join(' ');
}

function reference(value: Value): string {
  if (!value.tensor) return `%${value.name}`;
  const { elements } = value.info;
  return elements && value.name.startsWith('sightline/') ? printList(elements) : value.name;
}

function printAttribute(attribute: Attribute): string {
  if (typeof attribute !== 'object') return String(attribute);
  if (Array.isArray(attribute)) return printList(attribute);
  if ('float' in attribute) return String(Math.fround(attribute.float));
  if ('floats' in attribute) return printList(attribute.floats);
  if ('tensor' in attribute) return `<${attribute.tensor.dtype} ${shapeOf(attribute.tensor.shape)}>`;
  return 'graph' in attribute ? '<graph>' : '<…>';
}

const printList = (list: readonly unknown[]): string => `[${list.join(',')}]`;

const shapeOf = (shape: Shape | undefined): string => (shape ? printList(shape) : '?');

const typeOf = ({ dtype, shape }: Value): string => `${dtype ?? '?'} ${shapeOf(shape)}`;
