/** What a model is made of, and what can be done with it. */
import { gradient } from '../autodiff/gradient/index.js';
import { ruleName } from '../autodiff/propagate.js';
import { noGradient } from '../autodiff/rule.js';
import type { Graph, Shape, Value } from '../onnx/graph.js';
import { type DescribedTransformer, describeTransformer } from '../transformers/describe.js';
import { findTransformer } from '../transformers/transformer.js';
import { featureMaps, suggestedLayer } from './layer.js';
import { type Obstacle, type Obstacles, obstaclesOf } from './obstacles.js';
import type { SubjectOptions } from './subject.js';
import { withTokenLayers } from './token-layers.js';
import { withTurnedLayers } from './turned-layers.js';

/** What a gradient does at an operator: passes by a rule, is zero everywhere, or has no rule. */
export type GradientSupport = 'rule' | 'zero' | 'none';

export interface Inspection {
  readonly opset: number;
  readonly producer: string;
  readonly inputs: readonly Described[];
  readonly outputs: readonly Described[];
  readonly operators: readonly { readonly operator: string; readonly count: number; readonly gradient: GradientSupport }[];
  /** Feature maps with a spatial grid, in order. */
  readonly layers: readonly Described[];
  readonly suggestedLayer: string | null;
  /** Attention over patches of the image, where there is such. */
  readonly transformer: DescribedTransformer | null;
  readonly notes: readonly string[];
  /** What stands in the way of explanations, all of it. */
  readonly obstacles: readonly Obstacle[];
  /** Methods that cannot explain the model. */
  readonly blocked: Obstacles['blocked'];
}

export interface Described {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string)[] | null;
}

/** @throws UserError if an input or output that is named is not there */
export function inspect(model: Graph, options: SubjectOptions = {}): Inspection {
  const { obstacles, blocked, subject: prepared } = obstaclesOf(model, options);
  const subject = prepared && withTurnedLayers(withTokenLayers(prepared, model), model);
  const layers = subject ? featureMaps(subject) : [];
  const transformer = prepared && findTransformer(prepared.input, prepared.scores);
  return {
    opset: model.details.opset,
    producer: model.details.producer,
    inputs: model.inputs.map(described),
    outputs: model.outputs.map(described),
    operators: census(subject?.graph ?? model),
    layers: layers.map(described),
    suggestedLayer: subject && layers.length ? suggestedLayer(subject).name : null,
    transformer: transformer ? describeTransformer(transformer) : null,
    notes: subject?.notes ?? [],
    obstacles,
    blocked,
  };
}

function described({ name, dtype, shape }: Value): Described {
  return { name, dtype: dtype ?? 'unknown', shape: shape ? [...(shape as Shape)] : null };
}

function census(graph: Graph): Inspection['operators'] {
  const counts = new Map<string, number>();
  for (const node of graph.nodes) counts.set(ruleName(node), (counts.get(ruleName(node)) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([operator, count]) => ({ operator, count, gradient: gradientSupport(operator) }));
}

function gradientSupport(operator: string): GradientSupport {
  const rule = Object.hasOwn(gradient, operator) ? gradient[operator] : undefined;
  return rule === undefined ? 'none' : rule === noGradient ? 'zero' : 'rule';
}
