/** Which score of the target is explained. */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import type { OptionSpecs, OptionValues } from '../options.js';

type Score = 'logit' | 'probability' | 'difference';

export const targetScore = {
  'target-score': {
    type: 'choice',
    choices: ['logit', 'probability', 'difference'],
    default: 'logit' as Score,
    description:
      "explain the target's logit, its probability (softmax over the logits; of a single score, the score itself), or how far its logit is above that of another class",
  },
  versus: {
    type: 'number',
    default: -1,
    min: -1,
    integer: true,
    description: 'with target-score=difference: the other class; -1 is the one with the highest logit beside the target',
  },
} as const satisfies OptionSpecs;

/** The same, for methods whose papers explain the probability. */
export const targetProbability = {
  ...targetScore,
  'target-score': { ...targetScore['target-score'], default: 'probability' },
} as const satisfies OptionSpecs;

export type TargetScore = OptionValues<typeof targetScore>;

/** The score that `target-score` asks for, [N]. */
export function scoreByOption({
  b,
  logits,
  chosen,
  scale = 1,
  options,
}: {
  readonly b: Builder;
  readonly logits: Value;
  readonly chosen: Value;
  readonly scale?: number;
  readonly options: TargetScore;
}): Value {
  // The softmax over a single score is 1, whatever the input.
  const competes = options['target-score'] === 'probability' && logits.shape?.[1] !== 1;
  const scores = competes ? b.op('Softmax', [scale === 1 ? logits : b.mul(logits, scale)], { axis: 1 }) : logits;
  const score = b.reduceSum(b.mul(scores, chosen), [1], false);
  return options['target-score'] === 'difference' ? b.sub(score, otherLogit(b, logits, chosen, options.versus)) : score;
}

function otherLogit(b: Builder, logits: Value, chosen: Value, versus: number): Value {
  const classes = logits.shape?.[1];
  if (typeof classes === 'number' && versus >= classes)
    fail(`versus ${versus} is out of range: the model has ${classes} classes, 0 to ${classes - 1}`);
  if (versus >= 0) return b.squeeze(b.gather(logits, b.ints([versus]), 1), [1]);
  if (classes === 1) fail('the model has a single score, so there is no difference of two classes');
  return b.reduceMax(b.sub(logits, b.mul(chosen, 1e9)), [1], false);
}
