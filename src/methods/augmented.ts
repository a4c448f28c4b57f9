/**
 * Maps averaged over small changes of the input: itself and its mirror image, each times 0.9, 1 and 1.1; as pytorch-grad-cam's
 * `aug_smooth`. The raw maps are averaged, where pytorch-grad-cam rectifies each and scales it to 0..1 first.
 */

import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { mirrored as mirroredArray } from '../tensor/mirrored.js';
import type { FloatArray } from '../tensor/tensor.js';
import type { IterativeMethod, Layout, Method, PlanContext, PlannedMethod, RowExplainer } from './method.js';
import type { OptionSpecs } from './options.js';

const augmentation = {
  'aug-smooth': {
    type: 'flag',
    default: false,
    description: "the mean over six inputs: the image and its mirror image, the model's input times 0.9, 1 and 1.1",
  },
} as const satisfies OptionSpecs;

const VARIANTS = [false, true].flatMap((mirror) => [0.9, 1, 1.1].map((factor) => ({ mirror, factor })));

type Options = Readonly<Record<string, unknown>>;
const isWanted = (options: Options) => options['aug-smooth'] === true;

/** Declares a method whose maps live on a layer, as `defineMethod` does; it has the option `aug-smooth`. */
export function defineMap<const S extends OptionSpecs>(method: PlannedMethod<S>): PlannedMethod;
export function defineMap<const S extends OptionSpecs>(method: IterativeMethod<S>): IterativeMethod;
export function defineMap(method: unknown): Method {
  return augmentable(method as Method);
}

function augmentable(method: Method): Method {
  const options = { ...method.options, ...augmentation };
  if ('plan' in method) return { ...method, options, plan: overVariants(method.plan) };
  const { closedForm, prepare } = method;
  return {
    ...method,
    options,
    ...(closedForm && { closedForm: { ...closedForm, plan: overVariants(closedForm.plan) } }),
    prepare: async (bench) => {
      const explain = await prepare(bench);
      return isWanted(bench.options) ? overVariantsOfRow(explain, bench.layout) : explain;
    },
  };
}

const widthAxis = (layout: Layout): number => (layout === 'NCHW' ? 3 : 2);

type Plan = PlannedMethod['plan'];

/** In the graph, so that a compiled explainer has it too. All variants explain the class of the unchanged input. */
function overVariants(plan: Plan): Plan {
  return (context) => {
    if (!isWanted(context.options)) return plan(context);
    const maps = VARIANTS.map((variant) => mapOfVariant(context, plan, variant));
    return context.b.div(maps.reduce(context.b.add), maps.length);
  };
}

function mapOfVariant(context: PlanContext, plan: Plan, { mirror, factor }: (typeof VARIANTS)[number]): Value {
  const { b, input, layout, replace } = context;
  if (!mirror && factor === 1) return mapOf(plan(context));
  const scaled = factor === 1 ? input : b.mul(input, factor);
  const changed = mirror ? mirrored(b, scaled, widthAxis(layout)) : scaled;
  const map = mapOf(plan({ ...context, ...replace(input, changed) }));
  return mirror ? mirrored(b, map, 2) : map;
}

const mapOf = (planned: ReturnType<Plan>): Value => ('attribution' in planned ? planned.attribution : planned);

function mirrored(b: Builder, x: Value, axis: number): Value {
  return b.slice(x, { starts: [-1], ends: [Number.MIN_SAFE_INTEGER], axes: [axis], steps: [-1] });
}

function overVariantsOfRow(explain: RowExplainer, layout: Layout): RowExplainer {
  return async function* (row) {
    let total: FloatArray | undefined;
    for (const [i, { mirror, factor }] of VARIANTS.entries()) {
      const { shape, data } = mirror ? mirroredArray(row.input, widthAxis(layout)) : row.input;
      const steps = explain({ ...row, input: { shape, data: data.map((value) => value * factor) } });
      let step = await steps.next();
      for (; !step.done; step = await steps.next())
        yield { done: i * step.value.total + step.value.done, total: VARIANTS.length * step.value.total };
      const map = mirror ? mirroredArray(step.value.attribution, 2) : step.value.attribution;
      const sum = total?.data;
      total = { shape: map.shape, data: map.data.map((value, j) => (sum?.[j] ?? 0) + value / VARIANTS.length) };
    }
    return { attribution: total! };
  };
}
