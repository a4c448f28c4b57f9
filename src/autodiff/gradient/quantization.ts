/** Gradients of rounding: zero, but straight through where the float graph of a quantised model rounds to its steps. */
import { noGradient, type RuleTable } from '../rule.js';

export const quantization: RuleTable = {
  Round: (context) => (context.node.metadata['sightline.gradient'] === 'straight-through' ? [context.dy] : noGradient(context)),
  // Its scale and zero cancel out behind it.
  DynamicQuantizeLinear: noGradient,
};
