/** Types, shapes and small contents of what an operator yields, from those of what goes in. */
import type { Info, Operation } from '../graph.js';
import { contrib } from './contrib.js';
import { convolutions } from './convolution.js';
import { creations } from './creation.js';
import { elementwise } from './elementwise.js';
import { withContent } from './follow.js';
import { indexing } from './indexing.js';
import { losses } from './losses.js';
import { movements } from './movement.js';
import { normalizations } from './normalization.js';
import { pools } from './pooling.js';
import { products } from './products.js';
import { quantizations } from './quantization.js';
import { reductions } from './reduction.js';
import { samplings } from './resize.js';
import { sequences } from './sequences.js';
import { arithmetic } from './shape-arithmetic.js';
import { arrangement, splitContent } from './shape-movement.js';
import { transforms } from './spectral.js';

const rules = tableOf({
  ...elementwise,
  ...convolutions,
  ...pools,
  ...products,
  ...normalizations,
  ...reductions,
  ...movements,
  ...indexing,
  ...samplings,
  ...creations,
  ...sequences,
  ...quantizations,
  ...losses,
  ...transforms,
});

const domains = tableOf({ '': rules, 'com.microsoft': tableOf(contrib) });
const contents = tableOf({ ...arrangement, ...arithmetic });

/** Operators come from files: one named "constructor" must not find anything. */
function tableOf<T>(entries: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(entries));
}

/**
 * One entry for each output that the operator has, used or not; none for an operator that is not known. What cannot be told is left out.
 * @throws UserError where operands or attributes contradict each other
 */
export function infer(operation: Operation, opset: number): readonly Info[] {
  const rule = domains.get(operation.domain)?.get(operation.op);
  if (!rule) return [];
  const infos = rule(operation, opset);
  if (operation.domain) return infos;
  return operation.op === 'Split' ? splitContent(operation, infos) : withContent(operation, infos, contents.get(operation.op));
}
