/** Reductions: their axes became an input, that of ReduceSum first. */
import { axesToInput, type Steps } from '../step.js';

export const reductions = {
  ReduceSum: { 13: axesToInput },
  ReduceL1: { 18: axesToInput },
  ReduceL2: { 18: axesToInput },
  ReduceLogSum: { 18: axesToInput },
  ReduceLogSumExp: { 18: axesToInput },
  ReduceMax: { 18: axesToInput },
  ReduceMean: { 18: axesToInput },
  ReduceMin: { 18: axesToInput },
  ReduceProd: { 18: axesToInput },
  ReduceSumSquare: { 18: axesToInput },
} satisfies Steps;
