/** Operators that subtract a mean, divide by a deviation, or both: the shape stays, parameters must fit it. */
import type { Dim, Info, Operation } from '../graph.js';
import { dtypes } from '../tensor.js';
import { agree, broadcast } from './broadcast.js';
import { unary } from './elementwise.js';
import { axisOf, type RuleTable, ranked, reject, shapeOf } from './rule.js';

/** Each of these inputs holds one number a channel. */
function perChannel(operation: Operation, indices: readonly number[]): Dim | undefined {
  const channels = ranked(operation, 0, 2)?.[1];
  return indices.reduce<Dim | undefined>(
    (size, index) => agree(operation, 'channels and parameters', size, ranked(operation, index, 1, 1)?.[0]),
    channels,
  );
}

function batch(operation: Operation): readonly Info[] {
  // A batch of scalars has no channel axis.
  const channels = shapeOf(operation)?.length === 1 ? undefined : perChannel(operation, [1, 2, 3, 4]);
  if (!operation.int('training_mode', 0)) return unary(operation, 0);
  const statistics = { dtype: operation.inputs[3]?.dtype, shape: channels === undefined ? undefined : [channels] };
  return [...unary(operation, 0), statistics, statistics];
}

/** The normalised value, then the mean and the inverse deviation of each slice, as the operator has them. */
export function layer(operation: Operation, statistics = 2): readonly Info[] {
  const x = operation.inputs[0];
  const axis = x?.shape && axisOf(operation, operation.int('axis', -1), x.shape.length);
  for (const index of [1, 2]) {
    const parameters = shapeOf(operation, index);
    if (!x?.shape || !parameters) continue;
    const whole = broadcast(operation, [x.shape, parameters])!;
    if (whole.length > x.shape.length) reject(operation, 'the parameters have more axes than the data');
  }
  const dtype = dtypes[operation.int('stash_type', 1)];
  const kept = x?.shape?.map((dim, i) => (i < axis! ? dim : 1));
  return [{ dtype: x?.dtype, shape: x?.shape }, ...Array.from({ length: statistics }, () => ({ dtype, shape: kept }))];
}

function group(operation: Operation, opset: number): readonly Info[] {
  const groups = operation.int('num_groups');
  const channels = ranked(operation, 0, 3)?.[1];
  if (groups < 1 || (typeof channels === 'number' && channels % groups))
    reject(operation, `${channels} channels cannot be cut into ${groups} groups`);
  // Parameters were one a group before opset 21, one a channel since.
  if (opset >= 21) perChannel(operation, [1, 2]);
  return unary(operation, 0);
}

export const normalizations: RuleTable = {
  BatchNormalization: batch,
  InstanceNormalization: (operation, opset) => {
    perChannel(operation, [1, 2]);
    return unary(operation, opset);
  },
  LayerNormalization: (operation) => layer(operation),
  RMSNormalization: (operation) => layer(operation, 0),
  GroupNormalization: group,
  LRN: (operation, opset) => {
    if (operation.int('size') < 1) reject(operation, `size ${operation.int('size')} must be positive`);
    ranked(operation, 0, 3);
    return unary(operation, opset);
  },
  MeanVarianceNormalization: unary,
};
