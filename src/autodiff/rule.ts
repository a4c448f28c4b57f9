/** What a rule is, and factories for rules that name the mathematics. */
import type { Builder } from '../onnx/builder.js';
import type { Node, Value } from '../onnx/graph.js';

/** What a rule sees of one node. */
export interface RuleContext {
  readonly node: Node;
  /** The node's inputs; optional ones may be missing. */
  readonly inputs: readonly (Value | undefined)[];
  /** The first input. */
  readonly x: Value;
  /** The first output. */
  readonly y: Value;
  /** What flows back into the first output. */
  readonly dy: Value;
  /** What flows back into each output. */
  readonly upstream: readonly (Value | undefined)[];
  /** Which inputs depend on a source; the others need no value. */
  readonly wanted: readonly boolean[];
  readonly b: Builder;
}

/** Yields what flows back into each input; nothing where nothing does. */
export type Rule = (context: RuleContext) => readonly (Value | undefined)[];

/** Rules by operator; operators of other domains as "domain.Operator". */
export type RuleTable = Readonly<Record<string, Rule>>;

/** y = f(x) element by element: dx = dy f'(x). */
export function elementwise(derivative: (context: RuleContext) => Value): Rule {
  return (context) => [context.b.mul(context.dy, derivative(context))];
}

/** y = f(a, b, ...) with broadcasting: the operands' shares, summed back to their shapes. */
export function broadcast(shares: (context: RuleContext) => readonly (Value | undefined)[]): Rule {
  return (context) =>
    shares(context).map((share, i) => {
      const operand = context.inputs[i];
      return share && operand && context.wanted[i] ? context.b.sumTo(share, operand) : undefined;
    });
}

/** A linear function of its first input alone: dx is its adjoint at dy. */
export function linear(adjoint: (context: RuleContext) => Value): Rule {
  return (context) => [adjoint(context)];
}

/** Elements keep their order, the shape alone changes. */
export const reshaped: Rule = linear(({ b, x, dy }) => b.reshapeLike(dy, x));

export const passThrough: Rule = ({ dy }) => [dy];

/** Piecewise constant, or not a function of values at all: its derivative is zero wherever it exists. */
export const noGradient: Rule = () => [];
