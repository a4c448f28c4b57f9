/**
 * Floats of other precisions become float32: half precision loses small gradients, and ONNX Runtime lacks kernels for most operators
 * on bfloat16 and double. Inputs and outputs become float32 too, under their names; weights are cast by nodes over them.
 */
import { Builder } from './builder.js';
import { type Attribute, type Attributes, Graph, type Info, Node, Operation, Value } from './graph.js';
import { copy, namesOf, rewrite } from './rewrite.js';
import { type DType, dtypes, floats, isFloat, isInteger, type Tensor, toNumbers } from './tensor.js';

const narrow: ReadonlySet<DType | undefined> = new Set<DType>(['float16', 'bfloat16', 'float64']);
const FLOAT32 = dtypes.indexOf('float32');
/** Attributes that name a type by number. */
const typeAttributes = ['to', 'dtype', 'output_dtype', 'stash_type', 'softmax_precision'];

/** The precisions other than float32 in which a graph computes. Weights that are merely stored in one do not count. */
export function otherPrecisions(graph: Graph): DType[] {
  const values = [...graph.inputs, ...graph.nodes.flatMap((node) => node.outputs)];
  return [...new Set(values.flatMap(({ dtype }) => (dtype && narrow.has(dtype) ? [dtype] : [])))];
}

/** A graph in float32 throughout. One with bodies of If, Loop or Scan stays as it is. */
export function widen(graph: Graph): Graph {
  const hasBody = ({ attributes }: Node) => Object.values(attributes).some((a) => typeof a === 'object' && 'graph' in a);
  if (otherPrecisions(graph).length === 0 || graph.nodes.some(hasBody)) return graph;
  const widened = new Map<Value, Value>();
  return rewrite(graph, {
    input: (value) => (narrow.has(value.dtype) ? new Value(value.name, wider(value.info)) : value),
    node: (node, { inputs, captured }, b) => {
      const wide = inputs.map((value) => value && wideConstant(value, widened, b));
      const outputs = node.outputs.map(({ name, info }) => ({ name, info: wider(info) }));
      const operation = new Operation(node.op, wide, wideAttributes(node.attributes), node.domain);
      return copy(new Node(operation, { ...node, outputs }), { inputs: wide, captured }, b);
    },
  });
}

const wider = (info: Info): Info => (narrow.has(info.dtype) ? { ...info, dtype: 'float32' } : info);

function wideConstant(value: Value, widened: Map<Value, Value>, b: Builder): Value {
  if (!value.tensor || !narrow.has(value.dtype)) return value;
  const known = widened.get(value);
  if (known) return known;
  const wide = isSmall(value.tensor) ? b.constant(wideTensor(value.tensor), b.freshName(value.name)) : b.cast(value, 'float32');
  widened.set(value, wide);
  return wide;
}

/** Small constants are converted here, so that what looks at their content sees it. */
const isSmall = ({ shape }: Tensor): boolean => shape.reduce((product, size) => product * size, 1) <= 64;

const wideTensor = (tensor: Tensor): Tensor => floats(toNumbers(tensor), tensor.shape);

function wideAttributes(attributes: Attributes): Attributes {
  const entries = Object.entries(attributes).map(([name, attribute]): [string, Attribute] => {
    if (typeof attribute === 'number' && typeAttributes.includes(name) && narrow.has(dtypes[attribute])) return [name, FLOAT32];
    const held = typeof attribute === 'object' && 'tensor' in attribute ? attribute.tensor : undefined;
    return held && narrow.has(held.dtype) ? [name, { tensor: wideTensor(held) }] : [name, attribute];
  });
  return Object.fromEntries(entries);
}

/** Inputs that are pictures of integers, and are made floats first of all. */
function integerPictures(graph: Graph): Value[] {
  const isFirstCast = ({ node }: { node: Node }) => node.op === 'Cast' && node.domain === '' && isFloat(node.output().dtype);
  const captured = new Set(graph.nodes.flatMap((node) => node.captured));
  return graph.inputs.filter((value) => {
    const uses = graph.uses(value);
    return isInteger(value.dtype) && value.rank === 4 && uses.length > 0 && uses.every(isFirstCast) && !captured.has(value);
  });
}

/** A graph whose pictures are floats from the start, since nothing can be said of how a score changes with an integer. */
export function withRealPictures(graph: Graph): Graph {
  const pictures = new Set(integerPictures(graph));
  if (pictures.size === 0) return graph;
  return rewrite(graph, {
    input: (value) => (pictures.has(value) ? new Value(value.name, { ...value.info, dtype: 'float32' }) : value),
    node: copy,
  });
}

/** A widened graph as it is shipped: its inputs and outputs have the types that those of the model have, by name. */
export function withTypesOf(graph: Graph, model: Graph): Graph {
  const types = new Map([...model.inputs, ...model.outputs].map(({ name, dtype }) => [name, dtype]));
  const typeOf = ({ name, dtype }: Value) => (dtype === 'float32' && types.get(name) !== dtype ? types.get(name) : undefined);
  if (![...graph.inputs, ...graph.outputs].some(typeOf)) return graph;
  const b = new Builder(graph.details.opset, namesOf(graph));
  const renewed = new Map<Value, Value>();
  const inputs = graph.inputs.map((value) => {
    const dtype = typeOf(value);
    const input = dtype ? new Value(value.name, { ...value.info, dtype }) : value;
    if (dtype) renewed.set(value, b.cast(input, 'float32'));
    return input;
  });
  const renew = (value: Value): Value => renewed.get(value) ?? value;
  const outputs = new Set(graph.outputs);
  const inner = (value: Value) => (outputs.has(value) && typeOf(value) ? b.freshName(`${value.name}.float32`) : value.name);
  for (const node of graph.nodes) {
    const operation = new Operation(
      node.op,
      node.inputs.map((value) => value && renew(value)),
      node.attributes,
      node.domain,
    );
    const made = new Node(operation, {
      ...node,
      outputs: node.outputs.map((value) => ({ name: inner(value), info: value.info })),
      captured: node.captured.map(renew),
    });
    for (const [i, output] of node.outputs.entries()) renewed.set(output, made.outputs[i]!);
  }
  const shipped = graph.outputs.map((value) => {
    const dtype = typeOf(value);
    return dtype ? b.op('Cast', [renew(value)], { to: dtypes.indexOf(dtype) }, { outputs: [value.name] }) : renew(value);
  });
  return new Graph({ name: graph.name, inputs, outputs: shipped, details: graph.details });
}
