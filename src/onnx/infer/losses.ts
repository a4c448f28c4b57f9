/** Losses over classes: x [N, C, ...] and labels [N, ...] yield one number, or one for each place. */
import type { Operation, Shape } from '../graph.js';
import { type RuleTable, ranked, shapeOf } from './rule.js';

function loss(operation: Operation): Shape | undefined {
  ranked(operation, 0, 2);
  return operation.string('reduction', 'mean') === 'none' ? shapeOf(operation, 1) : [];
}

const dtypeOf = ({ inputs: [x] }: Operation) => x?.dtype;

export const losses: RuleTable = {
  NegativeLogLikelihoodLoss: (operation) => [{ dtype: dtypeOf(operation), shape: loss(operation) }],
  SoftmaxCrossEntropyLoss: (operation) => [
    { dtype: dtypeOf(operation), shape: loss(operation) },
    { dtype: dtypeOf(operation), shape: shapeOf(operation) },
  ],
};
