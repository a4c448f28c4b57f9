/** Calls of a model's own functions become what the functions say. */
import { fail } from '../errors.js';
import type { Builder } from './builder.js';
import { calleeOf, functionsOf, importsOf, openFunction } from './codec/bodies.js';
import type { Graph, Node } from './graph.js';
import { copy, type Operands, rewrite } from './rewrite.js';
import { type Results, splice } from './splice.js';

/**
 * An equivalent graph without functions. A function may be written for another opset than the model.
 * @param raise brings a graph to a higher opset
 * @throws UserError at a function that calls itself
 */
export function inline(graph: Graph, raise: (graph: Graph, opset: number) => Graph): Graph {
  const definitions = functionsOf(graph.details);
  if (definitions.size === 0) return graph;
  const imports = importsOf(graph.details);
  const newest = Math.max(graph.details.opset, ...imports.map(({ opset = 0 }) => opset));
  const domains = Object.assign({}, ...imports.map((each) => each.domains), graph.details.domains);
  const raised = raise(graph, newest);

  const within = (callers: readonly string[]) => {
    const make = (node: Node, operands: Operands, b: Builder): Results => {
      const callee = calleeOf(node);
      const definition = definitions.get(callee);
      if (!definition) return copy(node, operands, b);
      if (callers.includes(callee)) fail(`the model's function ${node.domain}.${node.op} calls itself`);
      const body = raise(openFunction(definition, node, raised.details), newest);
      const given = operands.inputs.filter((value) => value !== undefined);
      return splice(body, new Map(body.inputs.map((input, i) => [input, given[i]])), b, within([...callers, callee]));
    };
    return make;
  };
  return rewrite(raised, { node: within([]), details: { functions: [], domains } });
}
