/** ModelProto to Graph. */
import { fromBinary } from '@bufbuild/protobuf';
import { fail, UserError } from '../../errors.js';
import { constantValue } from '../builder.js';
import {
  type AttributeProto,
  type GraphProto,
  AttributeProto_AttributeType as Kind,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from '../generated/onnx_pb.js';
import {
  type Attribute,
  type Attributes,
  type Dim,
  Graph,
  type Info,
  type ModelDetails,
  Node,
  Operation,
  type Subgraph,
  Value,
} from '../graph.js';
import { inOrder } from './order.js';
import { skim } from './skim.js';
import { type ByteSource, memorySource } from './source.js';
import { decodeSparse, decodeTensor, dtypeOf, type Files } from './tensors.js';

/**
 * Reads a model. Weights stay where they are until they are asked for.
 * @param model the file's bytes, or a way to read them in pieces
 * @param open gives the files beside the model that hold weights, by the names that the model uses
 * @throws UserError if it is no ONNX model, is truncated, or is inconsistent; the message names the file
 */
export function decodeModel(model: ByteSource | Uint8Array, open?: (file: string) => ByteSource): Graph {
  const source = model instanceof Uint8Array ? memorySource(model) : model;
  const noFile = (file: string) => fail(`${source.name} keeps weights in "${file}", which was not given`);
  const files: Files = { model: source, open: open ?? noFile };
  const proto = parse(source);
  const graph = proto.graph ?? fail(`${source.name} is not an ONNX model: there is no graph in it`);
  const opsets = new Map(proto.opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)]));
  const usesOnnx = () => graph.node.some(({ domain }) => domain === '' || domain === 'ai.onnx');
  const unnamed = () => (opsets.size && !usesOnnx() ? ANY_OPSET : opsets.size ? 1 : noOpset(source));
  const opset = opsets.get('') ?? unnamed();
  opsets.delete('');
  return decodeGraph(graph, files, {
    opset,
    domains: Object.fromEntries(opsets),
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
    producer: [proto.producerName, proto.producerVersion].filter(Boolean).join(' '),
    functions: proto.functions,
  });
}

const noOpset = ({ name }: ByteSource): never => fail(`${name} is not an ONNX model: it names no operator set`);

/** Of a model without operators of ai.onnx. */
const ANY_OPSET = 17;

function parse(source: ByteSource): ModelProto {
  if (source.size === 0) fail(`${source.name} is empty, not an ONNX model`);
  try {
    return fromBinary(ModelProtoSchema, skim(source));
  } catch (error) {
    if (error instanceof UserError) throw error;
    return fail(`${source.name} is not an ONNX model, or is damaged: ${(error as Error).message}`);
  }
}

/** @param outside values of a graph around this one, which it uses by name; they become inputs behind its own */
export function decodeGraph(proto: GraphProto, files: Files, details: ModelDetails, outside: readonly Value[] = []): Graph {
  const values = new Map<string, Value>();
  const define = (value: Value) => {
    if (values.has(value.name)) fail(`${files.model.name}: two tensors are named "${value.name}"`);
    values.set(value.name, value);
    return value;
  };
  for (const tensor of proto.initializer) define(constantValue(tensor.name, decodeTensor(tensor, files)));
  for (const sparse of proto.sparseInitializer) define(constantValue(sparse.values?.name ?? '', decodeSparse(sparse, files)));
  const inputs = proto.input
    .filter(({ name }) => !values.has(name))
    .map((input) => define(new Value(input.name, decodeInfo(input))));
  const scope = outside.filter(({ name }) => !values.has(name)).map(define);

  const infos = new Map([...proto.valueInfo, ...proto.output].map((info) => [info.name, decodeInfo(info)]));
  for (const nodeProto of inOrder(proto.node, takenBy)) {
    const node = decodeNode(nodeProto, values, infos, files);
    for (const output of node.outputs) if (output.name) define(output);
  }
  const outputs = proto.output.map(
    ({ name }) => values.get(name) ?? fail(`${files.model.name}: no node makes the output "${name}"`),
  );
  return new Graph({ name: proto.name || 'graph', inputs: [...inputs, ...scope], outputs, details });
}

/** What a node takes by name, through its subgraphs as well. */
const takenBy = ({ input, attribute }: NodeProto): string[] => [
  ...input,
  ...attribute.flatMap(({ g }) => (g ? decodeSubgraph(g).captured : [])),
];

function decodeNode(proto: NodeProto, values: ReadonlyMap<string, Value>, infos: ReadonlyMap<string, Info>, files: Files): Node {
  const label = `${proto.opType} at "${proto.name || proto.output[0]}"`;
  const find = (name: string) =>
    values.get(name) ??
    fail(`${files.model.name}: ${label} takes "${name}", which nothing before it makes (a cycle, or a damaged file)`);
  const attributes: Attributes = Object.fromEntries(
    proto.attribute.map((attribute) => [attribute.name, decodeAttribute(attribute, files)]),
  );
  const captured = Object.values(attributes).flatMap((attribute) =>
    typeof attribute === 'object' && 'graph' in attribute ? attribute.graph.captured.filter((name) => values.has(name)) : [],
  );
  const domain = proto.domain === 'ai.onnx' ? '' : proto.domain;
  const inputs = proto.input.map((name) => (name === '' ? undefined : find(name)));
  // As ONNX writes it where functions of one name are told apart.
  const op = proto.overload ? `${proto.opType}:${proto.overload}` : proto.opType;
  return new Node(new Operation(op, inputs, attributes, domain), {
    name: proto.name || proto.output.find(Boolean) || proto.opType,
    outputs: proto.output.map((name) => ({ name, info: infos.get(name) ?? {} })),
    captured: [...new Set(captured)].map(find),
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
  });
}

function decodeAttribute(proto: AttributeProto, files: Files): Attribute {
  switch (proto.type || guessKind(proto)) {
    case Kind.FLOAT:
      return { float: proto.f };
    case Kind.INT:
      return Number(proto.i);
    case Kind.STRING:
      return text(proto.s);
    case Kind.TENSOR:
      return { tensor: decodeTensor(proto.t ?? fail(`attribute "${proto.name}" has no tensor`), files) };
    case Kind.GRAPH:
      return { graph: decodeSubgraph(proto.g ?? fail(`attribute "${proto.name}" has no graph`)) };
    case Kind.FLOATS:
      return { floats: proto.floats };
    case Kind.INTS:
      return proto.ints.map(Number);
    case Kind.STRINGS:
      return proto.strings.map(text);
    default:
      return { opaque: proto };
  }
}

/** Files of IR version 1 give attributes no type. */
function guessKind(proto: AttributeProto): Kind {
  if (proto.floats.length) return Kind.FLOATS;
  if (proto.ints.length) return Kind.INTS;
  if (proto.strings.length) return Kind.STRINGS;
  if (proto.s.length) return Kind.STRING;
  if (proto.t) return Kind.TENSOR;
  return proto.f !== 0 ? Kind.FLOAT : Kind.INT;
}

export function decodeSubgraph(proto: GraphProto): Subgraph {
  const inside = new Set([
    ...proto.input.map(({ name }) => name),
    ...proto.initializer.map(({ name }) => name),
    ...proto.node.flatMap(({ output }) => output),
  ]);
  const nested = proto.node.flatMap(({ attribute }) => attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]));
  const taken = [
    ...proto.node.flatMap(({ input }) => input),
    ...proto.output.map(({ name }) => name),
    ...nested.flatMap((graph) => decodeSubgraph(graph).captured),
  ];
  return { proto, captured: [...new Set(taken.filter((name) => name !== '' && !inside.has(name)))] };
}

function decodeInfo({ name, type }: ValueInfoProto): Info {
  if (type?.value.case !== 'tensorType') return type?.value.case ? { type } : {};
  const { elemType, shape } = type.value.value;
  const dims = shape?.dim.map(({ value }, axis): Dim => {
    if (value.case === 'dimValue' && Number(value.value) > 0) return Number(value.value);
    return value.case === 'dimParam' && value.value !== '' ? value.value : `${name}[${axis}]`;
  });
  return { dtype: dtypeOf(elemType), shape: dims };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
