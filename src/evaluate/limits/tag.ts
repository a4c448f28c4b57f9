/** Limit 2: a spurious tag that takes the map and the decision. */

import type { Plane } from '../../image/index.js';
import { resizePlane } from '../../image/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { random } from '../../tensor/random.js';
import { twinEffects } from '../counterfactual/twins.js';
import type { Pixels } from '../faithfulness/pixels.js';
import { outcomeOf } from '../model/scorer.js';
import { mean } from '../statistics/moments.js';
import { type Finding, finding } from './finding.js';
import { attributionOf, linearUnit, smallModel } from './small-model.js';

const SIDE = 16;
const TAG = 3;
const shape = [SIDE, SIDE] as const;

interface Scene {
  /** 1: lying stripes, -1: standing stripes, 0: none. */
  readonly stripes: number;
  readonly tag: boolean;
}

/** Faint stripes under noise, and a bright square in a corner where there is a tag. */
function render({ stripes, tag }: Scene, noise: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    const along = stripes === 0 ? 0 : stripes > 0 ? y : x;
    const pattern = stripes === 0 ? 0 : 0.1 * (along % 4 < 2 ? 1 : -1);
    return pattern + 0.3 * noise[i]! + (tag && isTag(i) ? 1.5 : 0);
  });
}

const isTag = (i: number) => i % SIDE >= SIDE - TAG && i >= SIDE * (SIDE - TAG);

/** A linear classifier of the two directions, trained where every lying image has the tag and no standing one does. */
function trained(): { readonly weights: Float64Array; readonly bias: number } {
  const { normal } = random(21);
  const samples = Array.from({ length: 600 }, (_, k) => {
    const stripes = k % 2 === 0 ? 1 : -1;
    return { label: stripes > 0 ? 1 : 0, x: render({ stripes, tag: stripes > 0 }, noiseOf(normal)) };
  });
  const weights = new Float64Array(SIDE * SIDE);
  let bias = 0;
  for (let step = 0; step < 120; step++) {
    const slope = new Float64Array(weights.length);
    let biasSlope = 0;
    for (const { label, x } of samples) {
      const error = 1 / (1 + Math.exp(-dot(weights, x) - bias)) - label;
      biasSlope += error;
      for (let i = 0; i < slope.length; i++) slope[i]! += error * x[i]!;
    }
    for (let i = 0; i < slope.length; i++) weights[i]! -= (0.5 * slope[i]!) / samples.length;
    bias -= (0.5 * biasSlope) / samples.length;
  }
  return { weights, bias };
}

export interface TagDemonstration {
  readonly findings: Finding[];
  readonly image: Plane;
  readonly map: Plane;
}

export async function tag(runtime: Runtime): Promise<TagDemonstration> {
  const { weights, bias } = trained();
  const model = smallModel(runtime, shape, (b, x) => linearUnit(b, x, weights, bias));
  const { normal } = random(22);
  const accuracy = (tagOf: (stripes: number) => boolean) =>
    mean(
      Array.from({ length: 400 }, (_, k) => {
        const stripes = k % 2 === 0 ? 1 : -1;
        const x = render({ stripes, tag: tagOf(stripes) }, noiseOf(normal));
        return Number(dot(weights, x) + bias > 0 === stripes > 0);
      }),
    );
  const noise = noiseOf(normal);
  const shown = render({ stripes: 1, tag: true }, noise);
  const map: Plane = {
    width: SIDE,
    height: SIDE,
    data: Float32Array.from(await attributionOf(model, 'input-x-gradient', shown, shape)),
  };
  const pixels = (data: Float32Array): Pixels => ({ channels: 1, width: SIDE, height: SIDE, data });
  const maskOf = (inside: (i: number) => boolean) => ({ ...map, data: Uint8Array.from(map.data, (_, i) => Number(inside(i))) });
  const score = async (images: readonly Pixels[]) =>
    images.map(({ data }) => outcomeOf(Float32Array.of(dot(weights, data) + bias), 0));
  const { effects } = await twinEffects(score, pixels(shown), map, [
    { factor: 'stripes', image: pixels(render({ stripes: 0, tag: true }, noise)), mask: maskOf((i) => !isTag(i)) },
    { factor: 'tag', image: pixels(render({ stripes: 1, tag: false }, noise)), mask: maskOf(isTag) },
  ]);
  const [stripes, corner] = effects as [(typeof effects)[0], (typeof effects)[0]];
  return {
    findings: [
      finding(
        'accuracy with tags as in training',
        accuracy((stripe) => stripe > 0),
      ),
      finding(
        'accuracy with the tag on the other class',
        accuracy((stripe) => stripe < 0),
      ),
      finding("the tag's share of the image", corner.area),
      finding("the tag's share of the map", corner.mass),
      finding('effect of the same image without the tag', corner.effect.logit),
      finding('effect of the same image without the stripes', stripes.effect.logit),
    ],
    image: resizePlane({ width: SIDE, height: SIDE, data: shown }, 192, 192, { filter: 'nearest' }),
    map: resizePlane(map, 192, 192, { filter: 'nearest' }),
  };
}

const noiseOf = (normal: () => number) => Array.from({ length: SIDE * SIDE }, normal);

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
