/**
 * A model as data: values, the nodes that make them, and graphs.
 *
 * Values and nodes never change once made; a value knows its producer. A graph is a choice of inputs and outputs, and its nodes are
 * whatever lies between: two graphs may share nodes, and what no output needs is not there. Making a node is the builder's work.
 */
import { fail } from '../errors.js';
import type { DType, Tensor } from './tensor.js';

/** A size: known, or a name for one known only at run time. Equal names are equal sizes. */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** What is known of a value before it is computed. */
export interface Info {
  readonly dtype?: DType | undefined;
  readonly shape?: Shape | undefined;
  /** The content of a small integer tensor (a shape, axes, indices), as far as it is known; a name is an unknown size. */
  readonly elements?: readonly Dim[] | undefined;
  /** The type of what is no tensor (a sequence, an optional), kept as it came. */
  readonly type?: unknown;
}

/** Attributes as they are in ONNX. A plain number is an integer; floats say so. */
export type Attribute =
  | number
  | readonly number[]
  | string
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: Tensor }
  | { readonly graph: Subgraph }
  /** Kinds that no pass looks into, kept as they came. */
  | { readonly opaque: unknown };

export type Attributes = Readonly<Record<string, Attribute>>;

/** The body of an If, Loop or Scan. Values of the graph around it are used by name. */
export interface Subgraph {
  readonly proto: unknown;
  /** Names that the body takes from outside. */
  readonly captured: readonly string[];
}

let clock = 0;

export class Value {
  /** Later values have greater ages: sorting by age is a topological order. */
  readonly age = clock++;
  readonly name: string;
  readonly info: Info;
  readonly producer: Node | undefined;
  /** Set for constants. */
  readonly tensor: Tensor | undefined;

  constructor(name: string, info: Info, origin: { producer?: Node; tensor?: Tensor } = {}) {
    this.name = name;
    this.info = info;
    this.producer = origin.producer;
    this.tensor = origin.tensor;
  }

  get shape(): Shape | undefined {
    return this.info.shape;
  }

  get rank(): number | undefined {
    return this.info.shape?.length;
  }

  get dtype(): DType | undefined {
    return this.info.dtype;
  }
}

/** An operator with its operands: all that shape inference looks at. */
export class Operation {
  readonly op: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;

  constructor(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, domain = '') {
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.domain = domain;
  }

  has(name: string): boolean {
    return this.attributes[name] !== undefined;
  }

  int(name: string, fallback?: number): number {
    const value = this.attributes[name] ?? fallback;
    return typeof value === 'number' ? value : this.#wrong(name, 'an integer');
  }

  ints(name: string, fallback?: readonly number[]): readonly number[] {
    const value = this.attributes[name] ?? fallback;
    return Array.isArray(value) && typeof value[0] !== 'string' ? (value as number[]) : this.#wrong(name, 'a list of integers');
  }

  float(name: string, fallback?: number): number {
    const value = this.attributes[name];
    if (value === undefined && fallback !== undefined) return fallback;
    return typeof value === 'object' && 'float' in value ? value.float : this.#wrong(name, 'a float');
  }

  string(name: string, fallback?: string): string {
    const value = this.attributes[name] ?? fallback;
    return typeof value === 'string' ? value : this.#wrong(name, 'a string');
  }

  #wrong(name: string, wanted: string): never {
    return fail(`${this.op}: attribute "${name}" is ${this.has(name) ? `not ${wanted}` : 'missing'}`);
  }
}

export class Node extends Operation {
  readonly age = clock++;
  readonly name: string;
  readonly outputs: readonly Value[];
  /** Values that subgraphs of this node use. */
  readonly captured: readonly Value[];
  /** Where an emitted node comes from: `sightline.rule`, `sightline.source`. */
  readonly metadata: Readonly<Record<string, string>>;

  constructor(
    operation: Operation,
    details: {
      name: string;
      outputs: readonly { name: string; info: Info }[];
      captured?: readonly Value[];
      metadata?: Readonly<Record<string, string>>;
    },
  ) {
    super(operation.op, operation.inputs, operation.attributes, operation.domain);
    this.name = details.name;
    this.captured = details.captured ?? [];
    this.metadata = details.metadata ?? {};
    this.outputs = details.outputs.map(({ name, info }) => new Value(name, info, { producer: this }));
  }

  /** The n-th output; every node has a first one. */
  output(n = 0): Value {
    return this.outputs[n] ?? fail(`${this.op} "${this.name}" has no output ${n}`);
  }

  /** How messages name a node. */
  get label(): string {
    return `${this.op} at "${this.name || this.outputs[0]?.name}"`;
  }
}

export interface Use {
  readonly node: Node;
  readonly index: number;
}

/** What else a model file says; kept when it is written again. */
export interface ModelDetails {
  /** Version of the ai.onnx operators that the nodes mean. */
  readonly opset: number;
  /** Versions of further operator domains. */
  readonly domains: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly producer: string;
  /** Functions of the model, kept as they came. */
  readonly functions: readonly unknown[];
}

export class Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** Constants that the nodes or outputs use. */
  readonly constants: readonly Value[];
  readonly details: ModelDetails;
  #uses: Map<Value, Use[]> | undefined;
  #names: Map<string, Value> | undefined;

  constructor(content: { name: string; inputs: readonly Value[]; outputs: readonly Value[]; details: ModelDetails }) {
    this.name = content.name;
    this.inputs = content.inputs;
    this.outputs = content.outputs;
    this.details = content.details;
    const { nodes, constants } = reachable(content.outputs);
    this.nodes = nodes;
    this.constants = constants;
  }

  /** The places where a value goes into a node. */
  uses(value: Value): readonly Use[] {
    this.#uses ??= indexUses(this.nodes);
    return this.#uses.get(value) ?? [];
  }

  /** The value of this name, if the graph has it. */
  find(name: string): Value | undefined {
    this.#names ??= new Map(this.values().map((value) => [value.name, value]));
    return this.#names.get(name);
  }

  /** Every value: inputs, constants, then the nodes' outputs in order. */
  values(): Value[] {
    return [...this.inputs, ...this.constants, ...this.nodes.flatMap((node) => node.outputs)];
  }
}

/** What goes into a node: its inputs, and what its subgraphs use. */
export function operands(node: Node): Value[] {
  return [...node.inputs.filter((value) => value !== undefined), ...node.captured];
}

/** The nodes and constants that some values are made of, in topological order. */
export function reachable(ends: readonly Value[]): { nodes: Node[]; constants: Value[] } {
  const nodes = new Set<Node>();
  const constants = new Set<Value>();
  const pending = [...ends];
  for (let value = pending.pop(); value; value = pending.pop()) {
    if (value.tensor) constants.add(value);
    const { producer } = value;
    if (!producer || nodes.has(producer)) continue;
    nodes.add(producer);
    pending.push(...operands(producer));
  }
  const byAge = (a: { age: number }, b: { age: number }) => a.age - b.age;
  return { nodes: [...nodes].sort(byAge), constants: [...constants].sort(byAge) };
}

function indexUses(nodes: readonly Node[]): Map<Value, Use[]> {
  const uses = new Map<Value, Use[]>();
  for (const node of nodes) {
    node.inputs.forEach((value, index) => {
      if (!value) return;
      const list = uses.get(value);
      if (list) list.push({ node, index });
      else uses.set(value, [{ node, index }]);
    });
  }
  return uses;
}
