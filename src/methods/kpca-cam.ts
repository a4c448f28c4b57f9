import { defineMap } from './augmented.js';
import { combineByOption, severalLayers } from './class-activation.js';
import { topEigenvector } from './eigenvector.js';

import { centredPlaces, signedMap } from './principal-component.js';

/**
 * KPCA-CAM: the first kernel principal component of the layer's places, with the kernel tanh(x.y / C + 1). No class, no gradient.
 * Karmani et al. 2024; the kernel as pytorch-grad-cam's (scikit-learn's sigmoid kernel, doubly centred).
 */
export const kpcaCam = defineMap({
  name: 'kpca-cam',
  summary: "the first kernel principal component of a layer's places; no class, no gradient",
  reference: 'Karmani et al. 2024',
  space: 'layer',
  usesTarget: false,
  options: severalLayers,
  combine: combineByOption,
  plan: ({ b, layer }) => {
    const places = centredPlaces(b, layer);
    const width = places.shape![2] as number;
    const kernel = b.tanh(b.add(b.div(b.matMul(places, b.transpose(places, [0, 2, 1])), width), 1));
    const centredOver = (axis: number) => b.sub(kernel, b.reduceMean(kernel, [axis]));
    const doublyCentred = b.sub(centredOver(1), b.reduceMean(centredOver(1), [2]));
    const { vector, value } = topEigenvector(b, doublyCentred);
    return signedMap(b, b.mul(vector, b.sqrt(b.relu(value))), layer);
  },
});
