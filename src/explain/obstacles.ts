/** Everything at once that stands between a model and its explanations: where, why, what it blocks, and what would help. */
import { gradient } from '../autodiff/gradient/index.js';
import { propagate, ruleName, ruleOf } from '../autodiff/propagate.js';
import type { Rule, RuleTable } from '../autodiff/rule.js';
import { UserError } from '../errors.js';
import { isPlanned } from '../methods/method.js';
import { methods } from '../methods/registry.js';
import { Builder } from '../onnx/builder.js';
import { type Graph, type Node, operands, reachable } from '../onnx/graph.js';
import { namesOf } from '../onnx/rewrite.js';
import { isFloat } from '../onnx/tensor.js';
import { asRows } from './evaluation.js';
import { planExplainer } from './explain.js';
import { prepare, type Subject, type SubjectOptions } from './subject.js';

export interface Obstacle {
  /** Where it is; none for what concerns the model as a whole. */
  readonly node?: string;
  readonly operator?: string;
  /** What of the operator it is. */
  readonly attributes?: string;
  readonly reason: string;
  readonly help: string;
}

export interface Obstacles {
  readonly obstacles: readonly Obstacle[];
  /** Methods that cannot explain this model, with what the first of their reasons is. */
  readonly blocked: readonly { readonly method: string; readonly reason: string }[];
  /** The model made ready, where it could be. */
  readonly subject: Subject | undefined;
}

/** @throws UserError where an input or output that is named is not there */
export function obstaclesOf(model: Graph, options: SubjectOptions = {}): Obstacles {
  const obstacles: Obstacle[] = [];
  let subject: Subject | undefined;
  try {
    const refused = (node: Node, { message }: UserError) => obstacles.push(at(node, message));
    subject = prepare(model, { ...options, refused });
  } catch (error) {
    if (options.output !== undefined || options.input !== undefined) throw error;
    obstacles.push({ reason: reasonOf(error), help: 'mend the model, or state the image input (--input) and its sizes' });
  }
  if (subject) obstacles.push(...onTheWayBack(subject));
  if (obstacles.length === 0) return { obstacles, blocked: [], subject };
  const blocked = methods.filter(isPlanned).flatMap((method) => {
    try {
      planExplainer({ graph: model }, method, undefined, { output: options.output });
      return [];
    } catch (error) {
      // A method that needs sizes which the model leaves open fails in its own way.
      return [
        { method: method.name, reason: error instanceof UserError ? error.message : 'it cannot be planned for open sizes' },
      ];
    }
  });
  return { obstacles, blocked, subject };
}

/** Walks back from the scores to the image over whatever is in between, and notes where the walk would end. */
function onTheWayBack({ graph, input, scores }: Subject): Obstacle[] {
  const found = new Map<Node, Obstacle>();
  const b = new Builder(graph.details.opset, namesOf(graph));
  const score = asRows(b, scores);
  const table = tolerant(gradient, graph, (node, reason) => found.set(node, found.get(node) ?? at(node, reason)));
  try {
    propagate(b, { seeds: new Map([[score, b.expandLike(b.scalar(1, score.dtype), score)]]), sources: [input], table });
  } catch (error) {
    // Nothing arrives: what has no rule, or else the last operator that passes no floats on.
    const between = reachable([scores]).nodes.filter((node) => operands(node).some(({ dtype }) => isFloat(dtype)));
    const without = between.filter((node) => !ruleOf(gradient, node));
    for (const node of without) found.set(node, at(node, `${node.label} has no gradient rule`));
    const cut = between.findLast((node) => !node.outputs.some(({ dtype }) => isFloat(dtype)));
    if (found.size === 0 && cut) found.set(cut, at(cut, `the gradient of ${cut.label} is zero everywhere`));
    if (found.size === 0) return [{ reason: reasonOf(error), help: WITHOUT_GRADIENTS }];
  }
  return [...found.values()];
}

/** Rules that say where there is none, or none for such a node, and then go on with zeros. */
function tolerant(table: RuleTable, graph: Graph, note: (node: Node, reason: string) => void): RuleTable {
  const zeros: Rule = ({ inputs, wanted, b }) =>
    inputs.map((input, i) => (input && wanted[i] && isFloat(input.dtype) ? b.zerosLike(input) : undefined));
  const entries = graph.nodes.map((each): [string, Rule] => {
    const rule = ruleOf(table, each);
    return [
      ruleName(each),
      (context) => {
        try {
          if (rule) return rule(context);
          note(context.node, `${context.node.label} has no gradient rule`);
        } catch (error) {
          note(context.node, reasonOf(error));
        }
        return zeros(context);
      },
    ];
  });
  return { ...table, ...Object.fromEntries(entries) };
}

function reasonOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  throw error;
}

const WITHOUT_GRADIENTS = 'use a method without gradients, such as occlusion, rise or eigen-cam';

/** What helps, by what the operator is. */
function helpFor({ domain, op, inputs }: Node): string {
  const before = inputs.find((value) => isFloat(value?.dtype) && !value?.tensor)?.name;
  if (['Loop', 'Scan', 'If'].includes(op)) return `export the model with a fixed number of steps, or ${WITHOUT_GRADIENTS}`;
  if (domain.startsWith('com.microsoft')) return `export the model without ONNX Runtime's optimiser, or ${WITHOUT_GRADIENTS}`;
  if (domain !== '') return WITHOUT_GRADIENTS;
  return before
    ? `explain what is before it (--output of a model that ends at "${before}"), or ${WITHOUT_GRADIENTS}`
    : WITHOUT_GRADIENTS;
}

function at(node: Node, reason: string): Obstacle {
  const attributes = Object.entries(node.attributes).flatMap(([name, value]) =>
    typeof value === 'object' && !Array.isArray(value) ? [] : [`${name}=${value}`],
  );
  return {
    node: node.name,
    operator: ruleName(node),
    ...(attributes.length && { attributes: attributes.join(' ') }),
    reason,
    help: helpFor(node),
  };
}
