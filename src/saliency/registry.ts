/** All methods of classical saliency. A new one is one file and one line here. */
import { didYouMean, fail } from '../errors.js';
import { centerPrior } from './center-prior.js';
import { centerSurround } from './center-surround.js';
import { fineGrained } from './fine-grained.js';
import { frequencyTuned } from './frequency-tuned.js';
import { gbvs } from './gbvs.js';
import { imageSignature } from './image-signature.js';
import { itti } from './itti.js';
import { localEntropy } from './local-entropy.js';
import { maximumSymmetricSurround } from './maximum-symmetric-surround.js';
import type { SaliencyMethod } from './method.js';
import { minimumBarrier } from './minimum-barrier.js';
import { mst } from './mst.js';
import { mstHierarchy } from './mst-hierarchy.js';
import { phaseSpectrum } from './phase-spectrum.js';
import { regionContrast } from './region-contrast.js';
import { robustBackground } from './robust-background.js';
import { spectralResidual } from './spectral-residual.js';

export const saliencyMethods: readonly SaliencyMethod[] = [
  centerSurround,
  fineGrained,
  spectralResidual,
  phaseSpectrum,
  imageSignature,
  frequencyTuned,
  maximumSymmetricSurround,
  itti,
  gbvs,
  localEntropy,
  regionContrast,
  robustBackground,
  minimumBarrier,
  mst,
  mstHierarchy,
  centerPrior,
];

/** Whether a method of this name needs no model. */
export function isSaliencyMethod(name: string): boolean {
  return saliencyMethods.some((method) => method.name === name);
}

/** @throws UserError if there is no method of this name, with those that are near */
export function saliencyNamed(name: string): SaliencyMethod {
  const names = saliencyMethods.map((method) => method.name);
  return (
    saliencyMethods.find((method) => method.name === name) ??
    fail(`there is no saliency method "${name}"${didYouMean(name, names) || `; the methods are ${names.join(', ')}`}`)
  );
}
