/** How a node on integers becomes one on the real numbers that they stand for. */
import type { Builder } from '../builder.js';
import type { Node, Value } from '../graph.js';
import { type Code, quantized } from './code.js';

/** What stands for an integer tensor: how many steps its integers are from zero. */
export interface Followed {
  readonly steps: Value;
  readonly code: Code;
}

export interface Step {
  readonly node: Node;
  /** Made anew; where integers are followed, the steps stand in their place. */
  readonly inputs: readonly (Value | undefined)[];
  readonly b: Builder;
  /** The code by which an input stands for integers; none where it is what it is. */
  readonly codeOf: (value: Value | undefined) => Code | undefined;
  /** The steps of input `index`, from the zero that the code has: scale and zero are the inputs after it, or given. */
  readonly steps: (index: number, code?: Partial<Code>) => Value;
  /** The real numbers that input `index` stands for, likewise. */
  readonly real: (index: number, code?: Partial<Code>) => Value;
  /** Whether input `index` depends on no input of the graph. */
  readonly isConstant: (index: number) => boolean;
}

/** What stands for each output: a value, or steps in the place of integers. Nothing: the node stays as it is. */
export type Outcome = Value | Followed | undefined;
export type QuantizedRule = (step: Step) => readonly Outcome[] | undefined;
/** By operator; those of other domains as "domain.Operator". */
export type QuantizedRules = Readonly<Record<string, QuantizedRule>>;

/** The code of the output: scale and zero are these inputs. */
export function outputCode({ node, inputs }: Step, scale: number, zero: number): Code {
  return { scale: inputs[scale]!, zero: inputs[zero], dtype: node.output().dtype ?? inputs[zero]?.dtype ?? 'uint8' };
}

/** An output computed in real numbers. */
export const fromReal = (step: Step, real: Value, code: Code): Followed => ({ steps: quantized(step.b, real, code), code });
