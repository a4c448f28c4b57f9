/** Gradients of all operators: the table that the backward walk uses for derivatives. */
import type { RuleTable } from '../rule.js';
import { activations } from './activations.js';
import { arithmetic } from './arithmetic.js';
import { attention } from './attention.js';
import { convolution } from './convolution.js';
import { cumulative } from './cumulative.js';
import { deformable } from './deformable.js';
import { determinant } from './determinant.js';
import { indexing } from './indexing.js';
import { losses } from './losses.js';
import { matrix } from './matrix.js';
import { movement } from './movement.js';
import { normalization } from './normalization.js';
import { patches } from './patches.js';
import { pooling } from './pooling.js';
import { quantization } from './quantization.js';
import { reductions } from './reduction.js';
import { regions } from './regions.js';
import { resizing } from './resize.js';
import { sampling } from './sampling.js';
import { scattering } from './scatter.js';
import { selection } from './selection.js';
import { spectral } from './spectral.js';
import { zeroGradient } from './zero.js';

export const gradient: RuleTable = {
  ...activations,
  ...arithmetic,
  ...attention,
  ...convolution,
  ...cumulative,
  ...deformable,
  ...determinant,
  ...indexing,
  ...losses,
  ...matrix,
  ...movement,
  ...normalization,
  ...patches,
  ...pooling,
  ...reductions,
  ...regions,
  ...resizing,
  ...sampling,
  ...scattering,
  ...selection,
  ...spectral,
  ...zeroGradient,
  ...quantization,
};
