/** The model of Itti, Koch and Niebur: contrasts of intensity, colour and orientation across scales, in competition. */
import { itti1998 } from './itti/itti-1998.js';
import { pySaliencyMap } from './itti/pysaliencymap.js';
import { walther } from './itti/walther.js';
import { defineSaliency } from './method.js';

const variants = { 'itti-1998': itti1998, pysaliencymap: pySaliencyMap, walther } as const;

/** `itti-1998`: inside 0 to 1, not scaled. `pysaliencymap`: 0 to 1. `walther`: not scaled. */
export const itti = defineSaliency({
  name: 'itti',
  summary: 'contrasts of intensity, colour and orientation across scales, promoted where few stand out',
  reference: 'Itti, Koch, Niebur, PAMI 1998; pySaliencyMap; Walther, Koch, Neural Networks 2006',
  options: {
    variant: {
      type: 'choice',
      choices: ['itti-1998', 'pysaliencymap', 'walther'],
      default: 'itti-1998',
      description: 'the paper, or the numbers of a program',
    },
  },
  compute: (picture, { variant }, show) => variants[variant](picture, show),
});
