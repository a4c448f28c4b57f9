/** Graph to ModelProto. */
import { create, toBinary } from '@bufbuild/protobuf';
import { fail } from '../../errors.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TypeProto,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../generated/onnx_pb.js';
import type { Attribute, Graph, Node, Value } from '../graph.js';
import { dtypes, type Location, toInt64 } from '../tensor.js';
import { encodeTensor } from './tensors.js';

export interface EncodeOptions {
  /**
   * The name of the model's file: weights that lie in it, or in the files it refers to, are then referred to by byte offset, and the
   * new file has to lie in the same folder. Without it the new file carries all weights.
   */
  readonly referTo?: string;
  /** Where constants lie that are written to a file beside the model; see {@link placeWeights}. */
  readonly places?: ReadonlyMap<Value, Location>;
  /** Further facts about the file, as metadata of the model. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Protobuf's own limit. */
const LARGEST_FILE = 2 ** 31 - 1;

/** Writes a graph as an ONNX file. */
export function encodeModel(graph: Graph, { referTo, places = new Map(), metadata = {} }: EncodeOptions = {}): Uint8Array {
  const { details } = graph;
  const locationOf = (value: Value): Location | undefined => {
    const own = value.tensor?.location;
    return places.get(value) ?? (referTo !== undefined && own ? { ...own, file: own.file || referTo } : undefined);
  };
  const offset = (value: Value) => (locationOf(value) ?? value.tensor?.location)?.offset ?? -1;
  // In ascending offsets: some readers insist on it.
  const constants = [...graph.constants].sort((a, b) => offset(a) - offset(b));
  const carried = constants.reduce((sum, value) => sum + (locationOf(value) ? 0 : (value.tensor?.location?.length ?? 0)), 0);
  if (carried > LARGEST_FILE)
    fail(`the model's weights take ${(carried / 2 ** 30).toFixed(1)} GiB, more than one ONNX file can hold`);

  const used = new Set([...graph.outputs, ...graph.nodes.flatMap((node) => [...node.inputs, ...node.captured])]);
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(irVersion(details.opset)),
      producerName: 'sightline',
      opsetImport: Object.entries({ '': details.opset, ...details.domains }).map(([domain, version]) => ({
        domain,
        version: BigInt(version),
      })),
      metadataProps: entries({ ...details.metadata, ...metadata }),
      functions: details.functions as FunctionProto[],
      graph: create(GraphProtoSchema, {
        name: graph.name,
        node: graph.nodes.map((node) => encodeNode(node, used)),
        initializer: constants.map((value) => encodeTensor(value.tensor!, value.name, locationOf(value))),
        input: graph.inputs.map(encodeValue),
        output: graph.outputs.map(encodeValue),
        // Viewers show these; a file that only runs does without.
        valueInfo: referTo === undefined ? intermediate(graph).map(encodeValue) : [],
      }),
    }),
  );
}

/** Values between inputs and outputs whose type is known. */
function intermediate(graph: Graph): Value[] {
  const outputs = new Set(graph.outputs);
  const values = graph.nodes.flatMap((node) => node.outputs);
  return values.filter((value) => value.name !== '' && value.dtype && value.shape && !outputs.has(value));
}

/** The oldest IR version that may hold these operators. */
function irVersion(opset: number): number {
  return opset <= 18 ? 8 : opset <= 20 ? 9 : opset <= 22 ? 10 : opset <= 23 ? 11 : 12;
}

/** Operators whose outputs must all be there, used or not. */
const complete: ReadonlySet<string> = new Set(['Split', 'TopK', 'DynamicQuantizeLinear', 'If', 'Loop', 'Scan']);

const isComplete = (node: Node): boolean =>
  complete.has(node.op) || (node.op === 'BatchNormalization' && node.attributes.training_mode === 1);

/** Optional outputs that nothing uses are left out: they then cost nothing. */
export function encodeNode(node: Node, used: ReadonlySet<Value | undefined>): NodeProto {
  const output = node.outputs.map((value, i) => (i === 0 || used.has(value) || isComplete(node) ? value.name : ''));
  while (output.length > 1 && output.at(-1) === '') output.pop();
  const [opType, overload = ''] = node.op.split(':');
  return create(NodeProtoSchema, {
    opType: opType!,
    overload,
    domain: node.domain,
    name: node.name,
    input: node.inputs.map((value) => value?.name ?? ''),
    output,
    attribute: Object.entries(node.attributes).map(([name, attribute]) => encodeAttribute(name, attribute)),
    metadataProps: entries(node.metadata),
  });
}

export function encodeAttribute(name: string, attribute: Attribute): AttributeProto {
  const make = (type: Kind, content: Partial<AttributeProto>) =>
    create(AttributeProtoSchema, { name, type, ...content } as AttributeProto);
  if (typeof attribute === 'number') return make(Kind.INT, { i: toInt64(attribute) });
  if (typeof attribute === 'string') return make(Kind.STRING, { s: utf8(attribute) });
  if (Array.isArray(attribute)) {
    return typeof attribute[0] === 'string'
      ? make(Kind.STRINGS, { strings: (attribute as string[]).map(utf8) })
      : make(Kind.INTS, { ints: (attribute as number[]).map(toInt64) });
  }
  const record = attribute as Exclude<Attribute, number | string | readonly number[] | readonly string[]>;
  if ('float' in record) return make(Kind.FLOAT, { f: record.float });
  if ('floats' in record) return make(Kind.FLOATS, { floats: [...record.floats] });
  if ('tensor' in record) return make(Kind.TENSOR, { t: encodeTensor(record.tensor, name) });
  if ('graph' in record) return make(Kind.GRAPH, { g: record.graph.proto as GraphProto });
  return record.opaque as AttributeProto;
}

function encodeValue({ name, info }: Value): ValueInfoProto {
  const shape = info.shape && {
    dim: info.shape.map((dim) => ({
      value:
        typeof dim === 'number' ? { case: 'dimValue' as const, value: BigInt(dim) } : { case: 'dimParam' as const, value: dim },
    })),
  };
  if (info.type) return create(ValueInfoProtoSchema, { name, type: info.type as TypeProto });
  // A type without an element type is refused; no type at all is inferred.
  if (!info.dtype) return create(ValueInfoProtoSchema, { name });
  const elemType = dtypes.indexOf(info.dtype);
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, ...(shape && { shape }) } } },
  });
}

const entries = (record: Readonly<Record<string, string>>) => Object.entries(record).map(([key, value]) => ({ key, value }));
const utf8 = (string: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(string);
