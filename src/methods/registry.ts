/** All methods. A new method is one file and one line here. */
import { didYouMean, fail } from '../errors.js';
import { ablationCam } from './ablation-cam.js';
import { attention } from './attention.js';
import { attentionGradient } from './attention-gradient.js';
import { attentionRollout } from './attention-rollout.js';
import { blurIntegratedGradients } from './blur-integrated-gradients.js';
import { cam } from './cam.js';
import { chili } from './chili.js';
import { deconvnet } from './deconvnet.js';
import { deeplift } from './deeplift.js';
import { dff } from './dff.js';
import { eigenCam } from './eigen-cam.js';
import { eigenGradCam } from './eigen-grad-cam.js';
import { expectedGradients } from './expected-gradients.js';
import { featureAblation } from './feature-ablation.js';
import { fem } from './fem.js';
import { finerCam } from './finer-cam.js';
import { fullGrad } from './full-grad.js';
import { gradCam } from './grad-cam.js';
import { gradCamElementwise } from './grad-cam-elementwise.js';
import { gradCamPlusPlus } from './grad-cam-plus-plus.js';
import { gradient } from './gradient.js';
import { gradientShap } from './gradient-shap.js';
import { guidedBackprop } from './guided-backprop.js';
import { guidedGradCam } from './guided-grad-cam.js';
import { guidedIntegratedGradients } from './guided-integrated-gradients.js';
import { hiresCam } from './hires-cam.js';
import { inputXGradient } from './input-x-gradient.js';
import { integratedGradients } from './integrated-gradients.js';
import { kernelShap } from './kernel-shap.js';
import { kpcaCam } from './kpca-cam.js';
import { layerCam } from './layer-cam.js';
import { legrad } from './legrad.js';
import { lime } from './lime.js';
import { lrp } from './lrp.js';
import { meaningfulPerturbation } from './meaningful-perturbation.js';
import type { Method } from './method.js';
import { occlusion } from './occlusion.js';
import { randomCam } from './random-cam.js';
import { reciproCam } from './recipro-cam.js';
import { refineCam } from './refine-cam.js';
import { rise } from './rise.js';
import { scoreCam } from './score-cam.js';
import { segEigenCam } from './seg-eigen-cam.js';
import { shapleyCam } from './shapley-cam.js';
import { shapleySampling } from './shapley-sampling.js';
import { smoothGradCamPlusPlus } from './smooth-grad-cam-plus-plus.js';
import { smoothgrad, smoothgradSquared } from './smoothgrad.js';
import { textspan } from './textspan.js';
import { transformerAttribution } from './transformer-attribution.js';
import { transformerOcclusion } from './transformer-occlusion.js';
import { vargrad } from './vargrad.js';
import { xgradCam } from './xgrad-cam.js';

export const methods: readonly Method[] = [
  gradient,
  inputXGradient,
  guidedBackprop,
  deconvnet,
  lrp,
  deeplift,
  integratedGradients,
  expectedGradients,
  gradientShap,
  guidedIntegratedGradients,
  blurIntegratedGradients,
  smoothgrad,
  smoothgradSquared,
  vargrad,
  occlusion,
  rise,
  lime,
  kernelShap,
  shapleySampling,
  featureAblation,
  meaningfulPerturbation,
  cam,
  gradCam,
  gradCamPlusPlus,
  gradCamElementwise,
  xgradCam,
  hiresCam,
  layerCam,
  finerCam,
  shapleyCam,
  refineCam,
  guidedGradCam,
  fullGrad,
  eigenCam,
  eigenGradCam,
  segEigenCam,
  kpcaCam,
  fem,
  dff,
  randomCam,
  scoreCam,
  ablationCam,
  reciproCam,
  smoothGradCamPlusPlus,
  attention,
  attentionRollout,
  attentionGradient,
  transformerAttribution,
  legrad,
  textspan,
  chili,
  transformerOcclusion,
];

/** @throws UserError if there is no method of this name, with those that are near */
export function methodNamed(name: string): Method {
  const names = methods.map((method) => method.name);
  return (
    methods.find((method) => method.name === name) ??
    fail(`there is no method "${name}"${didYouMean(name, names) || `; the methods are ${names.join(', ')}`}`)
  );
}
