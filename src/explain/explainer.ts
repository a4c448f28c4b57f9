/** Writes an explainer: the model's graph, and behind it what yields the attributions of planned methods. */
import { fail } from '../errors.js';
import { type Complete, type PlannedFlow, type PlannedMethod, usesLayer } from '../methods/method.js';
import { Builder } from '../onnx/builder.js';
import { type Dim, Graph, type Value } from '../onnx/graph.js';
import { namesOf } from '../onnx/rewrite.js';
import { type GivenOptions, readOptions, shownOptions } from '../options.js';
import { registersOf } from '../transformers/registers.js';
import { findTransformer } from '../transformers/transformer.js';
import { combined } from './combine.js';
import { asRows, planContext } from './evaluation.js';
import type { Subject } from './subject.js';

export interface Explainer {
  /** Inputs: the model's, and `target`, int64 [N], -1 for the top class. */
  readonly graph: Graph;
  readonly maps: readonly PlannedMap[];
  /** [N, K]. */
  readonly scores: Value;
  /** The class that was explained, int64 [N]. */
  readonly chosen: Value;
  /** For maps of patches: 1 where a token's norm is that of a register, else 0, [N, rows, columns]. */
  readonly registers?: Value | undefined;
}

/** What one method yields. */
export interface PlannedMap {
  readonly method: PlannedMethod;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Float32, of the input's shape, [N, h, w] or [N, H, W]. */
  readonly attribution: Value;
  /** What a row of the attribution should add up to, where that is known: float32 [N]. */
  readonly sum: Value | undefined;
  readonly flow?: PlannedFlow | undefined;
  readonly layers: readonly Value[];
  readonly remarks: readonly string[];
}

/** A method with its options and layers. */
export interface Wanted<M = PlannedMethod> {
  readonly method: M;
  readonly options?: GivenOptions;
  /** For methods that use layers. */
  readonly layers: readonly Value[];
}

export const TARGET = 'target';
const ATTRIBUTION = 'attribution';

/**
 * All methods share one forward pass, and whatever gradients they have in common.
 * @param outputs what else the graph yields: the model's own outputs, or the scores and the class chosen
 * @param options.registers whether to look for tokens that a transformer uses as registers
 * @param options.targets how many classes there are to explain, if that is another number than that of the input's rows
 * @throws UserError if an operator on the way has no rule, or a method does not fit the model
 */
export function buildExplainer(
  subject: Subject,
  wanted: readonly Wanted[],
  outputs: 'model' | 'scores' = 'scores',
  {
    detailed = false,
    targets = subject.input.shape?.[0] ?? 'N',
    registers = false,
  }: { detailed?: boolean | undefined; targets?: Dim | undefined; registers?: boolean } = {},
): Explainer {
  const { graph } = subject;
  const b = new Builder(graph.details.opset, namesOf(graph));
  if (graph.find(TARGET) || graph.find(ATTRIBUTION))
    fail(`the model has a tensor named "${TARGET}" or "${ATTRIBUTION}", which the explainer needs`);
  const target = b.input(TARGET, 'int64', [targets]);
  const logits = asRows(b, subject.scores);
  const chosen = b.where(b.less(target, 0), b.op('ArgMax', [logits], { axis: 1, keepdims: 0 }), target);
  const maps = wanted.map((one, i) =>
    planMap(b, subject, one, { target: chosen, detailed }, i ? `${ATTRIBUTION}.${i}` : ATTRIBUTION),
  );
  const transformer = registers ? findTransformer(subject.input, subject.scores) : undefined;
  const found = transformer && registersOf(b, transformer);
  const yielded = maps.flatMap(({ attribution, sum, flow }) => [attribution, sum, flow?.start, flow?.account?.values]);
  return {
    graph: new Graph({
      name: `${graph.name} explained by ${wanted.map(({ method }) => method.name).join(', ')}`,
      inputs: [...graph.inputs, target],
      outputs:
        outputs === 'model'
          ? [...graph.outputs, ...maps.map((map) => map.attribution)]
          : [logits, chosen, ...[...yielded, found].filter((value) => value !== undefined)],
      details: graph.details,
    }),
    maps,
    scores: logits,
    chosen,
    registers: found,
  };
}

function planMap(
  b: Builder,
  subject: Subject,
  { method, options = {}, layers }: Wanted,
  explained: { readonly target: Value; readonly detailed: boolean },
  name: string,
): PlannedMap {
  const values = readOptions(method.name, method.options, options);
  const used = usesLayer(method) ? layers : [];
  const plans = (used.length ? used : [undefined]).map((layer) => {
    const planned = method.plan(planContext(b, subject, { method, options: values, layer, ...explained }));
    return 'attribution' in planned ? planned : { attribution: planned };
  });
  const map = combined(
    b,
    plans.map((plan) => plan.attribution),
    method,
    values,
  );
  const { sum, flow }: Partial<Complete> = plans.length === 1 ? plans[0]! : {};
  const remark = method.remark?.(subject.graph, values);
  return {
    method,
    options: shownOptions(values),
    attribution: b.named(name, b.cast(map, 'float32')),
    sum: sum && b.named(`${name}.sum`, b.cast(sum, 'float32')),
    flow: flow && namedFlow(b, flow, name),
    layers: used,
    remarks: remark ? [remark] : [],
  };
}

function namedFlow(b: Builder, { start, account }: PlannedFlow, name: string): PlannedFlow {
  return {
    start: b.named(`${name}.start`, b.cast(start, 'float32')),
    account: account && { ...account, values: b.named(`${name}.flow`, account.values) },
  };
}
