/** Phase spectrum: the picture with all frequencies made equally strong. Edges and odd spots remain, repetition vanishes. */
import { floatGrey } from './colour/grey.js';
import { resizeBilinear } from './filter/bilinear.js';
import { gaussianKernel } from './filter/kernels.js';
import { separable } from './filter/separable.js';
import { defineSaliency } from './method.js';
import { emptyField, minMax, toPlane } from './plane.js';
import { inverse2, spectrumOf } from './spectrum/fft2.js';
import { uprightShifted } from './spectrum/shift.js';
import { atWorkingSize } from './spectrum/working-size.js';

/** |inverse of F / |F||^2 of the grey at 64 pixels, blurred by a 9 x 9 Gaussian of sigma 2.5 with zeros outside; 0 to 1. */
export const phaseSpectrum = defineSaliency({
  name: 'phase-spectrum',
  summary: 'the picture rebuilt from the phases of its spectrum alone, on 64 pixels, 0 to 1',
  reference: "Guo, Ma, Zhang, CVPR 2008 (PFT), with the sizes of Schauerte's toolbox",
  options: {},
  compute(picture, _options, show) {
    const small = atWorkingSize(floatGrey(picture));
    const { re, im } = spectrumOf(small);
    // On its side, as the spectrum is.
    const phase = emptyField({ width: small.height, height: small.width });
    for (let i = 0; i < re.length; i++) {
      const magnitude = Math.sqrt(re[i]! * re[i]! + im[i]! * im[i]!);
      phase.data[i] = Math.atan2(im[i]!, re[i]!);
      // Below this the phase is rounding.
      if (magnitude < 1e-9) [re[i], im[i]] = [0, 0];
      else [re[i], im[i]] = [re[i]! / magnitude, im[i]! / magnitude];
    }
    show?.('phase', uprightShifted(phase));
    const back = inverse2({ re, im }, small);
    const energy = emptyField(small);
    for (let i = 0; i < re.length; i++) energy.data[i] = (back.re[i]! ** 2 + back.im[i]! ** 2) / re.length ** 2;
    const kernel = gaussianKernel(9, 2.5);
    return resizeBilinear(toPlane(minMax(separable(energy, kernel, kernel, 'zero'))), picture.width, picture.height);
  },
});
