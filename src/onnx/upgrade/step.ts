/** A step: what one new version of an operator asks of a node written for the version before. */
import type { Builder } from '../builder.js';
import { type Attribute, Operation, type Value } from '../graph.js';
import { toNumbers } from '../tensor.js';

/** A node on its way up: its inputs are made anew already, its attributes mean what they did one version ago. */
export class Call extends Operation {
  /** How messages name the node. */
  readonly label: string;
  /** How many outputs it has, and how many of these, counted to the last one in use, something takes. */
  readonly outputs: number;
  readonly taken: number;

  constructor(operation: Operation, { label, outputs, taken }: { label: string; outputs: number; taken: number }) {
    super(operation.op, operation.inputs, operation.attributes, operation.domain);
    this.label = label;
    this.outputs = outputs;
    this.taken = taken;
  }
}

/** What is different one version up. The rest stays. */
export interface Change {
  /** Another operator; it then starts without attributes. */
  readonly op?: string;
  readonly inputs?: readonly (Value | undefined)[];
  /** Attributes set anew; undefined takes one away. */
  readonly attributes?: Readonly<Record<string, Attribute | undefined>>;
  /** How many outputs remain. */
  readonly outputs?: number;
}

/** The builder is that of the final opset: what a step makes with it is final, what it returns goes on climbing. */
export type Step = (call: Call, b: Builder) => Change;

/** By operator, then by the version that a step leads to. */
export type Steps = Readonly<Record<string, Readonly<Record<number, Step>>>>;

/** Lists of integers move from attributes to inputs behind the data, in this order; an attribute that is not there leaves its place empty. */
export const toInputs =
  (...names: readonly string[]): Step =>
  (call, b) => ({
    inputs: [call.inputs[0], ...names.map((name) => (call.has(name) ? b.ints(call.ints(name).map(withinInt64)) : undefined))],
    attributes: without(...names),
  });

/** The axes of reductions and of Squeeze; an empty list always meant the same as none. */
export const axesToInput: Step = (call, b) =>
  call.ints('axes', []).length ? toInputs('axes')(call, b) : { attributes: without('axes') };

/** The operator has another name now. */
export const renamed =
  (op: string): Step =>
  ({ attributes }) => ({ op, attributes });

export const without = (...names: readonly string[]): Record<string, undefined> =>
  Object.fromEntries(names.map((name) => [name, undefined]));

/** A scalar of the type of `like`, also where that type is known only at run time. */
export function scalarLike(value: number, like: Value, b: Builder): Value {
  return like.dtype ? b.scalar(value, like.dtype) : b.op('CastLike', [b.scalar(value), like]);
}

/** The numbers that a value holds, if it is a constant. */
export function constantNumbers(value: Value | undefined): number[] | undefined {
  if (value?.tensor) return toNumbers(value.tensor);
  const held = value?.producer?.op === 'Constant' ? value.producer.attributes.value : undefined;
  return typeof held === 'object' && 'tensor' in held ? toNumbers(held.tensor) : undefined;
}

/** "To the end" is often the largest int64, which no number of JavaScript holds. */
const withinInt64 = (value: number): number => Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
