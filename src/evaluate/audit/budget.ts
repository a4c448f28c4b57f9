/** How much an audit may cost: what each budget pays for. */

export type BudgetName = 'fast' | 'normal' | 'thorough';

export interface Budget {
  /** Steps of a deletion or insertion curve. */
  readonly steps: number;
  /** Shares of pixels that ROAD removes; none leaves it out. */
  readonly roadFractions: readonly number[];
  /** Fills of the counterfactual test, and random regions for each. */
  readonly fills: readonly ('channel-mean' | 'blur' | 'zero' | 'imputation')[];
  readonly nulls: number;
  /** Cells of a side of the grid whose cells are removed one by one; 0 leaves that out. */
  readonly cells: number;
  /** Shares of the layers, from the output, that are randomised; and on how many images. */
  readonly depths: readonly number[];
  readonly sanityImages: number;
  /** Other classes of the random-logit test. */
  readonly otherClasses: number;
  /** Noisy copies of the stability test. */
  readonly noisyCopies: number;
  /** Other objects and other contexts of a scene, for its true effects. */
  readonly twins: number;
}

export const budgets: Readonly<Record<BudgetName, Budget>> = {
  fast: {
    steps: 10,
    roadFractions: [],
    fills: ['channel-mean', 'blur'],
    nulls: 10,
    cells: 0,
    depths: [0.2, 0.5, 1],
    sanityImages: 1,
    otherClasses: 1,
    noisyCopies: 2,
    twins: 4,
  },
  normal: {
    steps: 20,
    roadFractions: [0.1, 0.3, 0.5, 0.7],
    fills: ['channel-mean', 'blur', 'imputation'],
    nulls: 30,
    cells: 5,
    depths: [0.02, 0.1, 0.2, 0.5, 1],
    sanityImages: 3,
    otherClasses: 3,
    noisyCopies: 5,
    twins: 8,
  },
  thorough: {
    steps: 50,
    roadFractions: [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9],
    fills: ['zero', 'channel-mean', 'blur', 'imputation'],
    nulls: 100,
    cells: 8,
    depths: [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1],
    sanityImages: 10,
    otherClasses: 5,
    noisyCopies: 10,
    twins: 16,
  },
};
