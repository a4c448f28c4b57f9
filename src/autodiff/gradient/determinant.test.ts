import { gradientCases } from '../../../test/gradient-cases.js';
import { exactly } from '../../../test/samples.js';

gradientCases(
  'determinants',
  [
    ['Det', { x: [4, 1, 1] }],
    ['Det', { x: [4, 2, 2] }],
    ['Det', { x: [4, 3, 3] }],
    ['Det', { x: [2, 3, 5, 5] }],
    ['Det', { x: [4, 4] }, {}, { batch: false }],
    // Of rank 2: one cofactor of each element is what is left.
    ['Det', { x: exactly([1, 2, 3, 2, 4, 6.5, 1, 1, 1, 2, 4, 6, 1, 2, 3, 0, 1, 1], [2, 3, 3]) }],
  ],
  { rtol: 4e-3 },
);
