/** Gradients of all operators: the table that the backward walk uses for derivatives. */
import type { RuleTable } from '../rule.js';
import { activations } from './activations.js';
import { arithmetic, zeroGradient } from './arithmetic.js';
import { attention } from './attention.js';
import { convolution } from './convolution.js';
import { indexing } from './indexing.js';
import { matrix } from './matrix.js';
import { movement } from './movement.js';
import { normalization } from './normalization.js';
import { pooling } from './pooling.js';
import { quantization } from './quantization.js';
import { reductions } from './reduction.js';
import { resizing } from './resize.js';
import { sampling } from './sampling.js';

export const gradient: RuleTable = {
  ...activations,
  ...arithmetic,
  ...attention,
  ...convolution,
  ...indexing,
  ...matrix,
  ...movement,
  ...normalization,
  ...pooling,
  ...reductions,
  ...resizing,
  ...sampling,
  ...zeroGradient,
  ...quantization,
};
