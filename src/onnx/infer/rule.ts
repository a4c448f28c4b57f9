/** What a rule of shape inference is, and how it reads its operands and complains about them. */
import { fail } from '../../errors.js';
import type { Dim, Info, Operation, Shape, Value } from '../graph.js';

/** From an operator with its operands to what is known of each of its outputs. */
export type Rule = (operation: Operation, opset: number) => readonly Info[];
export type RuleTable = Readonly<Record<string, Rule>>;

/** Throws for operands or attributes that no runtime would accept: `Conv("x" [1,3,8,8], "w" [4,2,3,3]): the problem`. */
export function reject(operation: Operation, problem: string): never {
  const operands = operation.inputs.filter((value) => value !== undefined).map(describe);
  return fail(`${operation.op}(${operands.join(', ')}): ${problem}`);
}

function describe({ name, shape }: Value): string {
  return `"${name}" ${shape ? `[${shape}]` : '[?]'}`;
}

export const shapeOf = (operation: Operation, index = 0): Shape | undefined => operation.inputs[index]?.shape;

/** The shape of an operand that must have at least this many axes (or exactly, where `most` says so). */
export function ranked(operation: Operation, index: number, least: number, most = Number.POSITIVE_INFINITY): Shape | undefined {
  const shape = shapeOf(operation, index);
  if (!shape || (shape.length >= least && shape.length <= most)) return shape;
  const wanted = least === most ? `rank ${least}` : `rank ${least} or more`;
  return reject(operation, `"${operation.inputs[index]?.name}" has rank ${shape.length}, but must have ${wanted}`);
}

/** An axis counted from the front. */
export function axisOf(operation: Operation, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) reject(operation, `axis ${axis} is outside rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** A name for a size that only running tells, the same for the same operator on the same values. */
export function unknownDim(operation: Operation, axis: number): Dim {
  const attributes = Object.entries(operation.attributes).flatMap(([name, a]) => (typeof a === 'object' ? [] : [`${name}=${a}`]));
  const operands = operation.inputs.map((value) => value?.name ?? '');
  return `${operation.op}(${[...operands, ...attributes.sort()].join(', ')})[${axis}]`;
}

/** As many unknown sizes as there are axes. */
export function unknownShape(operation: Operation, rank: number): Shape {
  return Array.from({ length: rank }, (_, axis) => unknownDim(operation, axis));
}
