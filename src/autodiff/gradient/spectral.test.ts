import { type GradientCase, gradientCases, linear } from '../../../test/gradient-cases.js';
import { constant, ints } from '../../../test/samples.js';

/** Sums of many terms in single precision. */
const sums = { ...linear, rtol: 2e-4 };
const scalar = (value: number) => ints([value], []);
const real = [3, 6, 1];
const complex = [3, 6, 2];

const newer: GradientCase[] = [
  ['DFT', { x: real }],
  ['DFT', { x: complex }],
  ['DFT', { x: real }, { onesided: 1 }],
  ['DFT', { x: [3, 5, 1] }, { onesided: 1 }],
  ['DFT', { x: complex }, { inverse: 1 }],
  ['DFT', { x: real }, { inverse: 1 }],
  ['DFT', { x: [3, 4, 2] }, { inverse: 1, onesided: 1 }],
  ['DFT', { x: [3, 4, 2], length: scalar(7) }, { inverse: 1, onesided: 1 }],
  ['DFT', { x: complex, length: scalar(9) }],
  ['DFT', { x: real, length: scalar(4) }, { onesided: 1 }],
  ['DFT', { x: complex, length: scalar(4) }, { inverse: 1 }],
  ['DFT', { x: [2, 4, 3, 2], length: null, axis: scalar(1) }],
  ['DFT', { x: [2, 4, 3, 1], length: scalar(6), axis: scalar(1) }, { onesided: 1 }],
];
const older: GradientCase[] = [
  ['DFT', { x: real }, { axis: 1 }],
  ['DFT', { x: [2, 4, 3, 2] }, { axis: 2, inverse: 1 }],
  ['DFT', { x: real, length: scalar(8) }, { axis: 1, onesided: 1 }],
];
// Complex signals are not compared: ONNX Runtime 1.30 mixes up their frames (1.32 does not).
const short: GradientCase[] = [
  ['STFT', { signal: [2, 16, 1], step: scalar(4), window: null, length: scalar(8) }],
  ['STFT', { signal: [2, 16, 1], step: scalar(3), window: [5], length: scalar(5) }, {}, { rtol: 2e-3 }],
  ['STFT', { signal: [2, 16, 1], step: scalar(4), window: constant([8]) }, { onesided: 0 }],
];

gradientCases('Fourier transforms', newer, { ...sums, opset: 20, types: { float64: 2e-4 } });
// The variant with a named batch is of the newest opset, where the axis is an input.
gradientCases('Fourier transforms of opset 17', older, { ...sums, batch: false });
gradientCases('transforms of frames', short, { ...sums, opset: 17 });
