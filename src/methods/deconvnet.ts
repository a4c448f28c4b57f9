import type { Rule } from '../autodiff/rule.js';
import { defineMethod } from './method.js';
import { rectifierOptions, remarkRectifiers, withRectifier } from './rectifiers.js';

/** ReLU is applied to what flows back, whatever flowed forward. */
const rectified: Rule = ({ b, dy }) => [b.relu(dy)];

/** Deconvolutional network: the network run backwards with ReLU on the way. Zeiler and Fergus 2014, section 2.1. */
export const deconvnet = defineMethod({
  name: 'deconvnet',
  summary: 'the network run backwards, rectifying what flows back instead of masking it',
  reference: 'Zeiler, Fergus 2014, section 2.1',
  space: 'input',
  options: rectifierOptions,
  remark: remarkRectifiers,
  plan: ({ input, options, gradient }) => gradient(input, withRectifier(rectified, rectified, options)),
});
