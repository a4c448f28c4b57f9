import { gradient } from '../autodiff/gradient/index.js';
import type { Rule, RuleTable } from '../autodiff/rule.js';
import { defineMethod } from './method.js';
import { rectifierOptions, remarkRectifiers, withRectifier } from './rectifiers.js';

/** What is positive passes: forward (the activation's own gradient) and backward (dy > 0). */
const guided =
  (activation: Rule): Rule =>
  (context) =>
    activation({ ...context, dy: context.b.relu(context.dy) });

/** The gradient's table with guided activations. */
export const guidedTable = (options: { readonly relu6: boolean }): RuleTable =>
  withRectifier(guided(gradient.Relu!), guided(gradient.Clip!), options);

/** Guided backpropagation: the gradient, with negative flow stopped at every ReLU. Springenberg et al. 2015, section 3.4. */
export const guidedBackprop = defineMethod({
  name: 'guided-backprop',
  summary: 'the gradient with negative flow stopped at every ReLU: sharp, and nearly blind to the class',
  reference: 'Springenberg et al. 2015, section 3.4',
  space: 'input',
  options: rectifierOptions,
  remark: remarkRectifiers,
  plan: ({ input, options, gradient: of }) => of(input, guidedTable(options)),
});
