import { defineMethod } from './method.js';

/** Input x gradient: the first-order Taylor term of each input element at zero. For ReLU networks without biases it adds up to the score. */
export const inputXGradient = defineMethod({
  name: 'input-x-gradient',
  summary: 'the input times its gradient: each element as a term of the first-order expansion',
  reference: 'Shrikumar et al. 2016',
  space: 'input',
  options: {},
  plan: ({ b, input, gradient }) => b.mul(input, gradient(input)),
});
