/** Graphs inside a model as graphs of their own: the bodies of If, Loop and Scan, and functions, so that passes can work on them. */
import { create } from '@bufbuild/protobuf';
import { fail } from '../../errors.js';
import {
  AttributeProtoSchema,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
} from '../generated/onnx_pb.js';
import { type Graph, type ModelDetails, type Node, type Subgraph, Value } from '../graph.js';
import { namesOf } from '../rewrite.js';
import { decodeGraph, decodeSubgraph } from './decode.js';
import { encodeAttribute, encodeNode } from './encode.js';
import { memorySource } from './source.js';
import { encodeTensor } from './tensors.js';

const files = {
  model: memorySource(new Uint8Array(), 'model'),
  open: (file: string) => fail(`a graph inside the model keeps weights in "${file}", which is not read`),
};

/** A body as a graph of its own: what it takes from outside stands behind its inputs. */
export function openBody({ proto, captured }: Subgraph, scope: readonly Value[], details: ModelDetails): Graph {
  const outside = scope.filter(({ name }) => captured.includes(name)).map(({ name, info }) => new Value(name, info));
  return decodeGraph(proto as GraphProto, files, details, outside);
}

/**
 * The body again, with what the graph now computes. Its signature, which may have sequences, stays as it came.
 * @param before the graph that the body was; tensors that it had not are named under `path`, as no name around may be taken twice
 */
export function closeBody(after: Graph, before: Graph, { proto, captured }: Subgraph, path: string): Subgraph {
  const named = namesOf(before);
  const name = (given: string) => (given === '' || named.has(given) ? given : `${path}/${given}`);
  const used = new Set([...after.outputs, ...after.nodes.flatMap((node) => [...node.inputs, ...node.captured])]);
  const nodes = after.nodes.map((node) => encodeNode(node, used));
  const body = create(GraphProtoSchema, {
    ...(proto as GraphProto),
    node: nodes.map((each) => ({ ...each, input: each.input.map(name), output: each.output.map(name) })),
    initializer: after.constants.map((value) => encodeTensor(value.tensor!, name(value.name))),
    sparseInitializer: [],
    valueInfo: [],
  });
  return { proto: body, captured };
}

/** The same body, with other names for what it takes from outside. */
export function renameCaptured(body: Subgraph, names: ReadonlyMap<string, string>): Subgraph {
  const taken = new Map([...names].filter(([name, other]) => name !== other && body.captured.includes(name)));
  if (taken.size === 0) return body;
  const name = (given: string) => taken.get(given) ?? given;
  const proto = body.proto as GraphProto;
  const node = proto.node.map((each) => ({
    ...each,
    input: each.input.map(name),
    attribute: each.attribute.map((attribute) =>
      attribute.g ? { ...attribute, g: renameCaptured(decodeSubgraph(attribute.g), taken).proto as GraphProto } : attribute,
    ),
  }));
  // An output may be a value from outside as well.
  const output = proto.output.map((each) => ({ ...each, name: name(each.name) }));
  return { proto: create(GraphProtoSchema, { ...proto, node, output }), captured: body.captured.map(name) };
}

/** What calls a function: its domain and name. */
export const calleeOf = ({ domain, op }: Pick<Node, 'domain' | 'op'>): string => `${domain}::${op}`;

/** The functions of a model by what calls them. */
export function functionsOf({ functions }: ModelDetails): ReadonlyMap<string, unknown> {
  return new Map(
    (functions as readonly FunctionProto[]).map((f) => [
      calleeOf({ domain: f.domain === 'ai.onnx' ? '' : f.domain, op: f.overload ? `${f.name}:${f.overload}` : f.name }),
      f,
    ]),
  );
}

/** Versions of operators that functions are written for. */
export const importsOf = ({ functions }: ModelDetails) => (functions as readonly FunctionProto[]).map(importOf);

function importOf({ opsetImport }: FunctionProto): { opset: number | undefined; domains: Record<string, number> } {
  const versions = opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)]);
  const { '': opset, ...domains } = Object.fromEntries(versions) as Record<string, number>;
  return { opset, domains };
}

/** The body of a function for one call: attributes of the call stand where the body refers to them, and it has its own opsets. */
export function openFunction(definition: unknown, call: Node, details: ModelDetails): Graph {
  const proto = definition as FunctionProto;
  const { opset = details.opset, domains } = importOf(proto);
  const absent = new Set(proto.input.filter((_, i) => !call.inputs[i]));
  const graph = create(GraphProtoSchema, {
    name: proto.name,
    node: proto.node.map((node) => withAttributes(node, proto, call, absent)),
    input: proto.input.filter((name) => !absent.has(name)).map((name) => ({ name })),
    output: proto.output.map((name) => ({ name })),
    valueInfo: proto.valueInfo,
  });
  return decodeGraph(graph, files, { ...details, opset, domains: { ...details.domains, ...domains } });
}

/** A node of a function, with the attributes that the call gives or the function has by default, in subgraphs too. */
function withAttributes(node: NodeProto, proto: FunctionProto, call: Node, absent: ReadonlySet<string>): NodeProto {
  const attribute = node.attribute.flatMap((each) => {
    if (each.g) {
      const inner = each.g.node.map((one) => withAttributes(one, proto, call, absent));
      return [{ ...each, g: create(GraphProtoSchema, { ...each.g, node: inner }) }];
    }
    if (each.refAttrName === '') return [each];
    const given = call.attributes[each.refAttrName];
    if (given !== undefined) return [encodeAttribute(each.name, given)];
    const usual = proto.attributeProto.find(({ name }) => name === each.refAttrName);
    return usual ? [create(AttributeProtoSchema, { ...usual, name: each.name })] : [];
  });
  return { ...node, attribute, input: node.input.map((name) => (absent.has(name) ? '' : name)) };
}
