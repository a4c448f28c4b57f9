/**
 * Maps averaged over small changes of the input: itself and its mirror image, each times 0.9, 1 and 1.1. As pytorch-grad-cam's
 * `aug_smooth`, number for number: each layer's map is rectified, scaled to 0..1 and resized to the image, the layers' maps become one,
 * which is rectified and scaled again, and of these the mean is taken. Other than there, all explain the class of the unchanged input.
 */

import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import type { OptionSpecs } from '../options.js';
import { mirrored as mirroredArray } from '../tensor/mirrored.js';
import type { FloatArray } from '../tensor/tensor.js';
import { filled } from './batches.js';
import { imageGrid } from './layout.js';
import type {
  IterativeMethod,
  Layout,
  Method,
  PlanContext,
  PlannedMethod,
  RowAttribution,
  RowExplainer,
  Workbench,
} from './method.js';
import { rectifiedUnit } from './rectified-unit.js';
import { resized } from './resized.js';

const augmentation = {
  'aug-smooth': {
    type: 'flag',
    default: false,
    description:
      "the mean over six inputs: the image and its mirror image, the model's input times 0.9, 1 and 1.1; each one's map after ReLU, scaled to 0..1, at the image's size",
  },
} as const satisfies OptionSpecs;

const VARIANTS = [false, true].flatMap((mirror) => [0.9, 1, 1.1].map((factor) => ({ mirror, factor })));
type Variant = (typeof VARIANTS)[number];
const isUnchanged = ({ mirror, factor }: Variant) => !mirror && factor === 1;

type Options = Readonly<Record<string, unknown>>;
const isWanted = (options: Options) => options['aug-smooth'] === true;

type Combining<M extends { readonly combine?: unknown }> = M & Required<Pick<M, 'combine'>>;

/**
 * Declares a method whose maps live on a layer, as `defineMethod` does; it has the option `aug-smooth`, with which its maps are
 * [N, H, W] of the image's size.
 */
export function defineMap<const S extends OptionSpecs>(method: Combining<PlannedMethod<S>>): PlannedMethod;
export function defineMap<const S extends OptionSpecs>(method: Combining<IterativeMethod<S>>): IterativeMethod;
export function defineMap(method: unknown): Method {
  return augmentable(method as Combining<Method>);
}

function augmentable(method: Combining<Method>): Method {
  const options = { ...method.options, ...augmentation };
  const combine: Method['combine'] = (b, maps, values) => {
    const map = method.combine(b, maps, values);
    return isWanted(values) ? overVariantsOf(b, rectifiedUnit(b, map)) : map;
  };
  if ('plan' in method) return { ...method, options, combine, plan: inAllVariants(method.plan) };
  const { closedForm, prepare } = method;
  return {
    ...method,
    options,
    combine,
    ...(closedForm && { closedForm: { ...closedForm, plan: inAllVariants(closedForm.plan) } }),
    prepare: async (bench) => {
      const explain = await prepare(bench);
      return isWanted(bench.options) ? inAllVariantsOfRow(explain, bench) : explain;
    },
  };
}

const widthAxis = (layout: Layout): number => (layout === 'NCHW' ? 3 : 2);

/** The mean of maps [6 N, H, W], variant by variant, over the variants. */
function overVariantsOf(b: Builder, maps: Value): Value {
  const apart = b.reshape(maps, [VARIANTS.length, -1, ...(maps.shape!.slice(1) as number[])]);
  return b.reduceMean(apart, [0], false);
}

/** Each map [N, h, w] rectified, scaled to 0..1 and then brought to the image's size. */
function overImage(b: Builder, maps: Value, grid: readonly number[]): Value {
  return b.squeeze(resized(b, b.unsqueeze(rectifiedUnit(b, maps), [1]), grid), [1]);
}

type Plan = PlannedMethod['plan'];

/** The maps of all variants, one after another along the batch axis: in the graph, so that a compiled explainer has them too. */
function inAllVariants(plan: Plan): Plan {
  return (context) => {
    const { b, input, layout, options } = context;
    if (!isWanted(options)) return plan(context);
    const maps = VARIANTS.map((variant) => mapOfVariant(context, plan, variant));
    return overImage(b, b.concat(maps, 0), imageGrid(input.shape as number[], layout));
  };
}

function mapOfVariant(context: PlanContext, plan: Plan, variant: Variant): Value {
  const { b, input, layout, replace } = context;
  if (isUnchanged(variant)) return mapOf(plan(context));
  const { mirror, factor } = variant;
  const scaled = factor === 1 ? input : b.mul(input, factor);
  const changed = mirror ? mirrored(b, scaled, widthAxis(layout)) : scaled;
  const map = mapOf(plan({ ...context, ...replace(input, changed) }));
  return mirror ? mirrored(b, map, 2) : map;
}

const mapOf = (planned: ReturnType<Plan>): Value => ('attribution' in planned ? planned.attribution : planned);

function mirrored(b: Builder, x: Value, axis: number): Value {
  return b.slice(x, { starts: [-1], ends: [Number.MIN_SAFE_INTEGER], axes: [axis], steps: [-1] });
}

/** The same of one row by runs, [6, H, W]. What else there is to say of the row is said of the unchanged input. */
async function inAllVariantsOfRow(explain: RowExplainer, { load, shape, layerShape, layout }: Workbench): Promise<RowExplainer> {
  const grid = layerShape.slice(2);
  const brought = await load(({ b, feed }) => {
    return { maps: overImage(b, feed('raw', [VARIANTS.length, ...grid]), imageGrid(shape, layout)) };
  });
  return async function* (row) {
    const found: RowAttribution[] = [];
    for (const { mirror, factor } of VARIANTS) {
      const { shape, data } = mirror ? mirroredArray(row.input, widthAxis(layout)) : row.input;
      const steps = explain({ ...row, input: { shape, data: data.map((value) => value * factor) } });
      let step = await steps.next();
      for (; !step.done; step = await steps.next())
        yield { done: found.length * step.value.total + step.value.done, total: VARIANTS.length * step.value.total };
      found.push(step.value);
    }
    const maps = found.map(({ attribution }, i) => (VARIANTS[i]!.mirror ? mirroredArray(attribution, 2) : attribution));
    const raw: FloatArray = filled(VARIANTS.length, grid, (i, into) => into.set(maps[i]!.data));
    return { ...found[VARIANTS.findIndex(isUnchanged)], attribution: (await brought(row, { raw })).maps! };
  };
}
