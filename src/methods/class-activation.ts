/**
 * What class activation maps share: a feature map A, weights for its channels or for each of its elements, and a sum over channels.
 * They differ in the weights alone. Final ReLU, scaling and upsampling belong to display.
 */
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import type { OptionSpecs, OptionValues } from '../options.js';
import { defineMap } from './augmented.js';
import { eigenSmooth, overChannelsOf } from './eigen-smooth.js';
import { channels, type PlanContext, type PlannedMethod, spatial } from './method.js';
import { rectifiedUnit } from './rectified-unit.js';
import { scoreByOption, type TargetScore, targetScore } from './target-score.js';

/** sum over channels of w A: [N, h, w] from weights that broadcast against A [N, C, h, w]. */
export function weightedSum(b: Builder, weights: Value, layer: Value): Value {
  return b.reduceSum(b.mul(weights, layer), channels, false);
}

/** How maps of several layers become one, each resized to the largest grid. */
export const severalLayers = {
  combine: {
    type: 'choice',
    choices: ['mean', 'max', 'product'],
    default: 'mean',
    description: 'how the maps of several layers become one; product multiplies the maps after ReLU, each scaled to 0..1',
  },
} as const satisfies OptionSpecs;

export function combineByOption(b: Builder, maps: readonly Value[], { combine }: OptionValues<typeof severalLayers>): Value {
  if (maps.length === 1) return maps[0]!;
  if (combine === 'max') return maps.reduce(b.max);
  if (combine === 'product') return maps.map((map) => rectifiedUnit(b, map)).reduce(b.mul);
  return b.div(maps.reduce(b.add), maps.length);
}

export const classActivationOptions = {
  ...targetScore,
  ...severalLayers,
  ...eigenSmooth,
  counterfactual: {
    type: 'flag',
    default: false,
    description:
      'negate the weights: what speaks against the class, and would have to go for another (Selvaraju et al., section 5)',
  },
} as const satisfies OptionSpecs;

type Shared = typeof classActivationOptions;

export interface ClassActivation<S extends OptionSpecs>
  extends Pick<PlannedMethod<S & Shared>, 'name' | 'summary' | 'reference' | 'remark' | 'defaultLayers'> {
  /** Further options of the method. */
  readonly options?: S;
  /** What the layer's elements [N, C, h, w] are multiplied with: [N, C, 1, 1], or one weight for each element. */
  readonly weights: (context: PlanContext<S & Shared>) => Value;
}

/** A class activation map by its weights. Own weights make an own method: what this yields can be explained with. */
export function classActivation<const S extends OptionSpecs = Record<never, never>>({
  weights,
  options,
  ...description
}: ClassActivation<S>): PlannedMethod {
  return defineMap<S & Shared>({
    ...description,
    space: 'layer',
    options: { ...classActivationOptions, ...options } as S & Shared,
    scoreOf: ({ options: values, ...scores }) => scoreByOption({ ...scores, options: values as TargetScore }),
    combine: (b, maps, values) => combineByOption(b, maps, values as OptionValues<typeof severalLayers>),
    plan: (context) => {
      const { b, layer } = context;
      const { counterfactual, ...shared } = context.options as OptionValues<Shared>;
      const map = overChannelsOf(b, b.mul(weights(context), layer), layer, shared);
      return counterfactual ? b.neg(map) : map;
    },
  });
}

/** The mean over each channel's places. */
export const overPlaces = (b: Builder, map: Value): Value => b.reduceMean(map, spatial(map));
