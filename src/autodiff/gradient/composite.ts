/**
 * Gradients of operators that stand for others: written out in those others, their gradient is the walk over them. What of the
 * writing the gradient does not need is never computed.
 */
import type { Value } from '../../onnx/graph.js';
import { isFloat } from '../../onnx/tensor.js';
import { propagate } from '../propagate.js';
import type { Rule, RuleContext, RuleTable } from '../rule.js';

/** @param write the first output, from the inputs in the context; table the rules of the operators that it uses */
export function composite(table: RuleTable, write: (context: RuleContext) => Value): Rule {
  return (context) => {
    const { b, dy, wanted } = context;
    // Indices may be made of a source, but nothing flows back into them.
    const isSource = context.inputs.map((input, i) => !!input && wanted[i]! && isFloat(input.dtype ?? 'float32'));
    // A name of its own for each input: one value in two places is two sources, and one source may be made of another.
    const inputs = context.inputs.map((input, i) => (isSource[i] ? b.op('Identity', [input], {}, { outputs: 1 }) : input));
    const y = write({ ...context, inputs, x: inputs[0]! });
    const sources = inputs.filter((input, i): input is Value => isSource[i]! && input !== undefined);
    const shares = propagate(b, { seeds: new Map([[y, dy]]), sources, table });
    return inputs.map((input) => shares[sources.indexOf(input!)]);
  };
}
