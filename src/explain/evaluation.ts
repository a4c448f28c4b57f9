/** The model as a plan sees it: its values at the input, and at whatever else stands for one of them. */
import { gradient as gradientTable } from '../autodiff/gradient/index.js';
import { propagate } from '../autodiff/propagate.js';
import type { Evaluation, Method, PlanContext } from '../methods/method.js';
import { substitute } from '../methods/substitute.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import type { OptionSpecs, OptionValues } from '../options.js';
import { isChannelsLast, type Subject } from './subject.js';

export interface Explained {
  readonly method: Method;
  readonly options: OptionValues<OptionSpecs>;
  /** None for methods of the input. */
  readonly layer: Value | undefined;
  /** The class explained, int64 [N]. */
  readonly target: Value;
  readonly detailed?: boolean;
}

export function planContext(b: Builder, subject: Subject, explained: Explained): PlanContext {
  const { input, scores, scale = 1 } = subject;
  const layer = explained.layer ?? input;
  const replace = (value: Value, by: Value): Evaluation => {
    const ends = [scores, layer];
    const renew = substitute(b, { ends, replaced: new Map([[value, b.cast(by, value.dtype ?? 'float32')]]) });
    return evaluation(b, { input, layer, scores, scale }, explained, renew);
  };
  return {
    b,
    options: explained.options,
    target: explained.target,
    detailed: explained.detailed ?? false,
    layout: isChannelsLast(input.shape) ? 'NHWC' : 'NCHW',
    replace,
    ...evaluation(b, { input, layer, scores, scale }, explained, (value) => value),
  };
}

function evaluation(
  b: Builder,
  { input, layer, scores, scale }: Pick<Subject, 'input' | 'scores'> & { readonly layer: Value; readonly scale: number },
  { method, options, target }: Explained,
  of: (value: Value) => Value,
): Evaluation {
  const logits = asRows(b, of(scores));
  const chosen = oneHotRows(b, target, logits);
  const score = method.scoreOf?.({ b, logits, chosen, scale, options }) ?? b.reduceSum(b.mul(logits, chosen), [1], false);
  const ones = b.expandLike(b.scalar(1, score.dtype), score);
  const gradient = (source: Value, table = gradientTable) =>
    propagate(b, { seeds: new Map([[score, ones]]), sources: [source], table })[0]!;
  return { input: of(input), layer: of(layer), logits, chosen, scale, score, of, gradient };
}

/** Scores as float [N, K], whatever the output's shape. */
export function asRows(b: Builder, scores: Value): Value {
  const floating = scores.dtype === 'float16' || scores.dtype === 'float64' ? scores : b.cast(scores, 'float32');
  if (floating.rank === 2) return floating;
  if (floating.rank === 1) return b.unsqueeze(floating, [1]);
  if (floating.rank === 0) return b.reshape(floating, [1, 1]);
  return b.op('Flatten', [floating], { axis: 1 });
}

/** 1 at the chosen class of each row, else 0. A class out of range is an error at run time, not a row of zeros. */
function oneHotRows(b: Builder, target: Value, logits: Value): Value {
  const places = b.unsqueeze(target, [1]);
  const ones = b.expandLike(b.scalar(1, logits.dtype), places);
  return b.op('ScatterElements', [b.zerosLike(logits), places, ones], { axis: 1 });
}
