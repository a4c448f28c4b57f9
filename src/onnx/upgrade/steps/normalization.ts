/** Batch and group normalisation. */
import { fail } from '../../../errors.js';
import type { Builder } from '../../builder.js';
import type { Value } from '../../graph.js';
import { type Call, type Change, type Steps, without } from '../step.js';
import { trained } from './broadcasting.js';

/** Statistics for each element instead of each channel: they broadcast along the batch. y = a x + (bias - a mean), a = scale / sqrt(var + eps) */
function perElement(call: Call, b: Builder): Change {
  const [x, scale, bias, mean, variance] = call.inputs as readonly Value[];
  const a = b.mul(b.op('Reciprocal', [b.sqrt(b.add(variance!, call.float('epsilon', 1e-5)))]), scale!);
  return { op: 'Add', inputs: [b.mul(x!, a), b.sub(bias!, b.mul(mean!, a))] };
}

/** [groups] to [channels]: each element as often as its group has channels. */
function forEachChannel(parameter: Value, groups: number, x: Value, b: Builder): Value {
  const channels = x.shape?.[1];
  const times =
    typeof channels === 'number'
      ? b.ints([1, channels / groups])
      : b.concat([b.ints([1]), b.div(b.op('Shape', [x], { start: 1, end: 2 }), b.ints([groups]))], 0);
  return b.reshape(b.op('Expand', [b.unsqueeze(parameter, [1]), times]), [-1]);
}

export const normalization = {
  BatchNormalization: {
    7: trained,
    9: (call, b) => (call.int('spatial', 1) ? { attributes: without('spatial') } : perElement(call, b)),
    14: (call) =>
      call.taken > 1
        ? fail(`${call.label}: its batch statistics are used, as in training; export the model for inference`)
        : { outputs: 1 },
  },
  GroupNormalization: {
    21: (call, b) => {
      const [x, ...parameters] = call.inputs as readonly Value[];
      return { inputs: [x, ...parameters.map((each) => forEachChannel(each, call.int('num_groups'), x!, b))] };
    },
  },
} satisfies Steps;
