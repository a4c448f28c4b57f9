import { defineMethod } from './method.js';

/** Gradient: how much the score changes with each element of the input, d score / d x, signed. Simonyan et al. 2014, section 3. */
export const gradient = defineMethod({
  name: 'gradient',
  summary: 'how the score changes with each input element: its derivative, signed',
  reference: 'Simonyan, Vedaldi, Zisserman 2014, section 3',
  space: 'input',
  options: {},
  plan: ({ input, gradient }) => gradient(input),
});
