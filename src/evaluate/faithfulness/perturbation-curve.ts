/** Scores as pixels are taken away or put in, and the area below them. */
import { random } from '../../tensor/random.js';
import { type Pixels, pixelCount, replacing, type Score, scoreEach } from './pixels.js';

export interface PerturbationCurve {
  /** Share of pixels replaced, 0 to 1. */
  readonly fractions: readonly number[];
  readonly scores: readonly number[];
  /** Mean score along the curve. Its range is the score's: compare it only for one image and one score. */
  readonly auc: number;
  /** (auc - end) / (start - end): 0 where the score is at its end at once, 1 where it stays as it began until the end; outside of both if it overshoots. */
  readonly normalisedAuc: number;
}

/** How a curve is cut and summed. torch-cam: a number of steps, trapezoids over true shares. RISE: a number of pixels per step, all steps alike. */
export type CurveDialect = 'torchcam' | 'rise';

/** The curve of given scores. */
export function curveOf(
  fractions: readonly number[],
  scores: readonly number[],
  dialect: CurveDialect = 'torchcam',
): PerturbationCurve {
  const auc = dialect === 'torchcam' ? trapezoid(fractions, scores) : evenTrapezoid(scores);
  const [start, end] = [scores[0]!, scores.at(-1)!];
  return { fractions, scores, auc, normalisedAuc: (auc - end) / (start - end) };
}

/** Numbers of pixels replaced after each step, from 0 to all; the last step may be shorter. */
export function cutsEvery(step: number, pixels: number): number[] {
  return Array.from({ length: Math.ceil(pixels / step) + 1 }, (_, k) => Math.min(k * step, pixels));
}

/** Scores along the way from one image to another in the order of some pixels. */
export async function perturbationCurve(
  score: Score,
  {
    from,
    to,
    order,
    step,
    dialect,
  }: { from: Pixels; to: Pixels; order: ArrayLike<number>; step: number; dialect?: CurveDialect },
): Promise<PerturbationCurve> {
  const cuts = cutsEvery(step, order.length);
  const scores = await scoreEach(score, replacing(from, to, order, cuts));
  return curveOf(
    cuts.map((cut) => cut / order.length),
    scores,
    dialect,
  );
}

/**
 * The same way in a random order: what a map must beat. A map that does no better has said nothing about this image.
 */
export function randomOrderCurve(
  score: Score,
  { from, to, step, seed, dialect }: { from: Pixels; to: Pixels; step: number; seed: number; dialect?: CurveDialect },
): Promise<PerturbationCurve> {
  return perturbationCurve(score, { from, to, order: random(seed).permutation(pixelCount(from)), step, dialect });
}

/** Area under straight lines between the points. */
export function trapezoid(x: readonly number[], y: readonly number[]): number {
  let area = 0;
  for (let i = 1; i < y.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return area;
}

/** As RISE sums: all steps count alike, also a shorter last one. */
function evenTrapezoid(scores: readonly number[]): number {
  const sum = scores.reduce((total, value) => total + value, 0);
  return (sum - scores[0]! / 2 - scores.at(-1)! / 2) / (scores.length - 1);
}
