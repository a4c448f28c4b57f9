/** What methods share that change how relevance passes ReLU. */
import { gradient } from '../autodiff/gradient/index.js';
import type { Rule, RuleTable } from '../autodiff/rule.js';
import type { Graph, Node } from '../onnx/graph.js';
import { numberOf } from '../onnx/infer/content.js';
import type { OptionSpecs } from '../options.js';

export const rectifierOptions = {
  relu6: { type: 'flag', default: false, description: 'treat ReLU6 (Clip from 0) like ReLU; the reference libraries do not' },
} as const satisfies OptionSpecs;

const isRelu6 = (node: Node) => node.op === 'Clip' && numberOf(node.inputs[1]) === 0;

/** The gradient's table with another rule for ReLU. */
export function withRectifier(relu: Rule, clip: Rule, { relu6 }: { readonly relu6: boolean }): RuleTable {
  return { ...gradient, Relu: relu, Clip: (context) => (relu6 && isRelu6(context.node) ? clip : gradient.Clip!)(context) };
}

/** Says where there is nothing that the method changes. */
export function remarkRectifiers(graph: Graph, { relu6 }: { readonly relu6: boolean }): string | undefined {
  if (graph.nodes.some((node) => node.op === 'Relu' || (relu6 && isRelu6(node)))) return undefined;
  const hint = graph.nodes.some(isRelu6) ? '; its ReLU6 are changed too with --set relu6=true' : '';
  return `the model has no ReLU, so this is the plain gradient${hint}`;
}
