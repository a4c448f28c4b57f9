/** Makes nodes: names them, infers what they yield, and makes none twice. */
import { fail } from '../errors.js';
import { type Attributes, type Info, Node, Operation, type Shape, Value } from './graph.js';
import { infer } from './infer/index.js';
import { type DType, dtypes, ints, isInteger, numbers, type Tensor, toNumbers } from './tensor.js';

/** What arithmetic takes: a number becomes a scalar constant of the other operand's type. */
export type Operand = Value | number;

export interface NodeDetails {
  readonly domain?: string;
  readonly name?: string;
  /** Names of the outputs, or how many there are; by default as many as shape inference knows of, at least one. */
  readonly outputs?: number | readonly string[];
  readonly captured?: readonly Value[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Facts about the outputs that inference cannot know, from the model's file. */
  readonly infos?: readonly (Info | undefined)[];
}

export class Builder {
  readonly opset: number;
  readonly #names: Set<string>;
  readonly #made = new Map<string, Node>();
  readonly #constants = new Map<string, Value>();
  readonly #counters = new Map<string, number>();
  #metadata: Readonly<Record<string, string>> = {};

  /** @param names names already taken; the builder adds its own to a copy */
  constructor(opset: number, names: Iterable<string> = []) {
    this.opset = opset;
    this.#names = new Set(names);
  }

  /** Nodes made inside carry this metadata. */
  within<T>(metadata: Readonly<Record<string, string>>, make: () => T): T {
    const outer = this.#metadata;
    this.#metadata = { ...outer, ...metadata };
    try {
      return make();
    } finally {
      this.#metadata = outer;
    }
  }

  /** A name that nothing has yet: `wanted` itself, or with a number behind it. */
  freshName(wanted: string): string {
    let name = wanted;
    let count = this.#counters.get(wanted) ?? 0;
    while (this.#names.has(name)) name = `${wanted}_${++count}`;
    this.#counters.set(wanted, count);
    this.#names.add(name);
    return name;
  }

  node(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, details: NodeDetails = {}): Node {
    const key = details.outputs || details.captured ? undefined : identity(op, inputs, attributes, details.domain);
    const same = key && this.#made.get(key);
    if (same) return same;
    const operation = new Operation(op, inputs, attributes, details.domain);
    const inferred = infer(operation, this.opset);
    const name = details.name ?? this.freshName(`sightline/${op}`);
    const { outputs = Math.max(inferred.length, 1) } = details;
    const outputNames =
      typeof outputs === 'number'
        ? Array.from({ length: outputs }, (_, i) => this.freshName(i ? `${name}.${i}` : `${name}.out`))
        : outputs;
    const node = new Node(operation, {
      name,
      outputs: outputNames.map((output, i) => ({ name: output, info: { ...details.infos?.[i], ...known(inferred[i]) } })),
      captured: details.captured ?? [],
      metadata: details.metadata ?? this.#metadata,
    });
    if (key) this.#made.set(key, node);
    return node;
  }

  /** The first output of a new node. */
  op(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, details: NodeDetails = {}): Value {
    return this.node(op, inputs, attributes, details).output();
  }

  /** A constant; small equal ones are the same value. */
  constant(tensor: Tensor, name?: string): Value {
    const key =
      name === undefined && tensor.shape.length <= 1 && (tensor.shape[0] ?? 1) <= 64
        ? `${tensor.dtype}[${tensor.shape}]${tensor.bytes()}`
        : undefined;
    const same = key && this.#constants.get(key);
    if (same) return same;
    const value = constantValue(name ?? this.freshName('sightline/const'), tensor);
    if (key) this.#constants.set(key, value);
    return value;
  }

  scalar(value: number, dtype: DType = 'float32'): Value {
    return this.constant(numbers(dtype, [value], []));
  }

  /** A vector of int64: axes, sizes, indices. */
  ints(values: readonly number[]): Value {
    return this.constant(ints(values));
  }

  input(name: string, dtype: DType, shape: Shape): Value {
    return new Value(this.freshName(name), { dtype, shape });
  }

  /** The same value under a name of its own, for the outputs of a graph. */
  named(name: string, value: Value): Value {
    if (this.#names.has(name)) fail(`the model already has a tensor named "${name}"`);
    this.#names.add(name);
    return this.op('Identity', [value], {}, { outputs: [name] });
  }

  // Arithmetic. Operands broadcast.

  add = (a: Operand, b: Operand): Value => this.#binary('Add', a, b);
  sub = (a: Operand, b: Operand): Value => this.#binary('Sub', a, b);
  mul = (a: Operand, b: Operand): Value => this.#binary('Mul', a, b);
  div = (a: Operand, b: Operand): Value => this.#binary('Div', a, b);
  pow = (a: Operand, b: Operand): Value => this.#binary('Pow', a, b);
  min = (a: Operand, b: Operand): Value => this.#binary('Min', a, b);
  max = (a: Operand, b: Operand): Value => this.#binary('Max', a, b);
  neg = (x: Value): Value => this.op('Neg', [x]);
  abs = (x: Value): Value => this.op('Abs', [x]);
  exp = (x: Value): Value => this.op('Exp', [x]);
  log = (x: Value): Value => this.op('Log', [x]);
  sqrt = (x: Value): Value => this.op('Sqrt', [x]);
  erf = (x: Value): Value => this.op('Erf', [x]);
  tanh = (x: Value): Value => this.op('Tanh', [x]);
  sigmoid = (x: Value): Value => this.op('Sigmoid', [x]);
  relu = (x: Value): Value => this.op('Relu', [x]);
  square = (x: Value): Value => this.mul(x, x);
  matMul = (a: Value, b: Value): Value => this.op('MatMul', [a, b]);

  // Comparisons yield booleans; `mask` turns them into zeros and ones of the type of `like`.

  greater = (a: Operand, b: Operand): Value => this.#binary('Greater', a, b);
  less = (a: Operand, b: Operand): Value => this.#binary('Less', a, b);
  equal = (a: Operand, b: Operand): Value => this.#binary('Equal', a, b);
  and = (a: Value, b: Value): Value => this.op('And', [a, b]);
  not = (a: Value): Value => this.op('Not', [a]);
  where = (condition: Value, a: Operand, b: Operand): Value => {
    const dtype = floatTypeOf(a, b);
    return this.op('Where', [condition, this.#operand(a, dtype), this.#operand(b, dtype)]);
  };
  mask = (condition: Value, like: Value): Value => this.cast(condition, like.dtype ?? 'float32');
  cast = (x: Value, dtype: DType): Value => (x.dtype === dtype ? x : this.op('Cast', [x], { to: dtypes.indexOf(dtype) }));

  // Reductions. Axes may be negative; none means all.

  reduceSum = (x: Value, axes?: readonly number[], keepDims = true): Value => this.reduce('ReduceSum', x, axes, keepDims);
  reduceMean = (x: Value, axes?: readonly number[], keepDims = true): Value => this.reduce('ReduceMean', x, axes, keepDims);
  reduceMax = (x: Value, axes?: readonly number[], keepDims = true): Value => this.reduce('ReduceMax', x, axes, keepDims);

  /** Any of the Reduce operators; their axes are an attribute or an input, as the opset has it. */
  reduce(op: string, x: Value, axes: readonly number[] | undefined, keepDims = true): Value {
    if (axes?.length === 0) return x;
    const keepdims = keepDims ? 1 : 0;
    const asInput = this.opset >= (op === 'ReduceSum' ? 13 : 18);
    if (!axes) return this.op(op, [x], { keepdims });
    return asInput ? this.op(op, [x, this.ints(axes)], { keepdims }) : this.op(op, [x], { axes, keepdims });
  }

  // Movement.

  reshape = (x: Value, dims: readonly number[]): Value => this.op('Reshape', [x, this.ints(dims)]);
  transpose = (x: Value, perm: readonly number[]): Value =>
    perm.every((axis, i) => axis === i) ? x : this.op('Transpose', [x], { perm });
  unsqueeze = (x: Value, axes: readonly number[]): Value => (axes.length ? this.op('Unsqueeze', [x, this.ints(axes)]) : x);
  squeeze = (x: Value, axes: readonly number[]): Value => (axes.length ? this.op('Squeeze', [x, this.ints(axes)]) : x);
  concat = (values: readonly Value[], axis: number): Value =>
    values.length === 1 ? values[0]! : this.op('Concat', values, { axis });
  gather = (x: Value, indices: Value, axis: number): Value => this.op('Gather', [x, indices], { axis });

  slice(x: Value, { starts, ends, axes, steps }: { starts: number[]; ends: number[]; axes: number[]; steps?: number[] }): Value {
    return this.op('Slice', [x, this.ints(starts), this.ints(ends), this.ints(axes), ...(steps ? [this.ints(steps)] : [])]);
  }

  /** Constant padding, all begins then all ends; negative amounts cut. */
  pad(x: Value, pads: readonly number[], value = 0): Value {
    return pads.every((p) => p === 0) ? x : this.op('Pad', [x, this.ints(pads), this.scalar(value, x.dtype)]);
  }

  /** The shape of a value as a vector of int64: a constant where it is known. */
  shapeOf(x: Value): Value {
    const { shape } = x;
    return shape?.every((dim) => typeof dim === 'number') ? this.ints(shape as number[]) : this.op('Shape', [x]);
  }

  /** Gives x the shape of `like`, which has as many elements. */
  reshapeLike(x: Value, like: Value): Value {
    const { shape } = like;
    if (sameShape(x.shape, shape)) return x;
    const unknown = shape?.filter((dim) => typeof dim !== 'number').length ?? 2;
    if (unknown <= 1 && !shape?.includes(0))
      return this.reshape(
        x,
        shape!.map((dim) => (typeof dim === 'number' ? dim : -1)),
      );
    return this.op('Reshape', [x, this.shapeOf(like)]);
  }

  /** Repeats x along broadcast axes until it has the shape of `like`. */
  expandLike(x: Value, like: Value): Value {
    return sameShape(x.shape, like.shape) ? x : this.op('Expand', [x, this.shapeOf(like)]);
  }

  /** The adjoint of broadcasting: sums x over the axes along which `like` was repeated, so that it has the shape of `like`. */
  sumTo(x: Value, like: Value): Value {
    if (sameShape(x.shape, like.shape)) return x;
    const from = x.shape ?? fail(`the rank of "${x.name}" is unknown, so a broadcast over it cannot be undone`);
    const to = like.shape ?? fail(`the rank of "${like.name}" is unknown, so a broadcast of it cannot be undone`);
    const extra = from.length - to.length;
    const axes = from.map((_, axis) => axis).filter((axis) => axis < extra || (to[axis - extra] === 1 && from[axis] !== 1));
    const summed = this.reduceSum(x, axes);
    return extra > 0 ? this.squeeze(summed, axes.slice(0, extra)) : summed;
  }

  zerosLike(x: Value): Value {
    return this.expandLike(this.scalar(0, x.dtype), x);
  }

  #binary(op: string, a: Operand, b: Operand): Value {
    const dtype = floatTypeOf(a, b);
    return this.op(op, [this.#operand(a, dtype), this.#operand(b, dtype)]);
  }

  #operand(operand: Operand, dtype: DType): Value {
    return typeof operand === 'number' ? this.scalar(operand, dtype) : operand;
  }
}

/** A value that holds a constant. */
export function constantValue(name: string, tensor: Tensor): Value {
  const { dtype, shape } = tensor;
  const count = shape.reduce((product, dim) => product * dim, 1);
  const small = isInteger(dtype) && shape.length <= 1 && count <= 64;
  return new Value(name, { dtype, shape, ...(small && { elements: toNumbers(tensor) }) }, { tensor });
}

export function sameShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return !!a && !!b && a.length === b.length && a.every((dim, i) => dim === b[i]);
}

function floatTypeOf(a: Operand, b: Operand): DType {
  return (typeof a === 'number' ? undefined : a.dtype) ?? (typeof b === 'number' ? undefined : b.dtype) ?? 'float32';
}

/** What inference found out; what it did not may still be known from the file. */
function known(info: Info = {}): Info {
  return Object.fromEntries(Object.entries(info).filter(([, fact]) => fact !== undefined));
}

/** Equal for nodes that compute the same; none where an attribute cannot be compared. */
function identity(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes, domain = ''): string | undefined {
  const entries = Object.entries(attributes);
  if (
    op.startsWith('Random') ||
    entries.some(([, a]) => typeof a === 'object' && ('tensor' in a || 'graph' in a || 'opaque' in a))
  )
    return undefined;
  return `${domain}.${op}(${inputs.map((value) => value?.age)})${JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}
