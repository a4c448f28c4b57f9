/** How alike two attributions are, by every measure of the sanity checks. */
import { hogSimilarity } from '../similarity/hog.js';
import { spearman } from '../similarity/spearman.js';
import { ssim } from '../similarity/ssim.js';
import type { PreparedMaps } from './preparation.js';

/** All -1 to 1, 1 for equal maps. */
export interface Similarities {
  /** Spearman of the signed form. */
  readonly spearman: number;
  /** Spearman of the magnitudes. */
  readonly spearmanAbsolute: number;
  /** Of the magnitudes, range 1; undefined where the maps are smaller than its window. */
  readonly ssim: number | undefined;
  /** Of the magnitudes; undefined where the maps have too few cells. */
  readonly hog: number | undefined;
}

/** Pixels that a cell of the HOG descriptor has at most: Adebayo et al. take 16 for maps of 299. */
const LARGEST_CELL = 16;
const BLOCK = 3;
const SSIM_WINDOW = 11;

/**
 * The measures of Adebayo et al., NeurIPS 2018. Small maps (the grid of a layer) get smaller HOG cells; below 6 pixels a side there is no HOG, below 11 no
 * SSIM: resize the maps first to have them.
 */
export function similarities(a: PreparedMaps, b: PreparedMaps): Similarities {
  const side = Math.min(a.signed.width, a.signed.height);
  const cell = Math.min(LARGEST_CELL, Math.floor(side / BLOCK));
  return {
    spearman: spearman(a.signed.data, b.signed.data),
    spearmanAbsolute: spearman(a.magnitude.data, b.magnitude.data),
    ssim: side >= SSIM_WINDOW ? ssim(a.magnitude, b.magnitude, { dataRange: 1 }) : undefined,
    hog: cell >= 2 ? hogSimilarity(a.magnitude, b.magnitude, { cell }) : undefined,
  };
}
