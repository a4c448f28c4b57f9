/** What an audit finds about one map: numbers only, so that they can be written down, read again and judged later. */
import type { RegionEffects } from '../counterfactual/region-effect.js';
import type { TwinEffects } from '../counterfactual/twins.js';
import type { PerturbationCurve } from '../faithfulness/perturbation-curve.js';
import type { Outcome } from '../model/scorer.js';
import type { RandomisationStep } from '../sanity/parameter-randomisation.js';
import type { Similarities } from '../sanity/similarities.js';

/** A curve in the two units that matter: the logit does not saturate, the probability is what a user sees. */
export interface Curves {
  readonly logit: PerturbationCurve;
  readonly probability: PerturbationCurve;
}

/** How a map lies on the mask of its image: shares, 0 to 1, of which chance is the area. */
export interface Localisation {
  /** The mask's share of the image. */
  readonly area: number;
  /** Relevance mass accuracy, of what is positive. */
  readonly mass: number;
  /** Relevance rank accuracy. */
  readonly rank: number;
  /** Pointing game: 1 where the strongest pixel is inside, else 0. */
  readonly hit: number;
}

export interface Evidence {
  /** Name of the image. */
  readonly image: string;
  /** Name of the method or baseline. */
  readonly candidate: string;
  readonly kind: 'method' | 'baseline';
  readonly target: number;
  /** What the model says of the target on the clean image. */
  readonly clean: Outcome;
  /** How pixels were read from the attribution, in words. */
  readonly reading: string;
  /** Whether the sign of the attribution was read: of maps that are compared, then, the signed forms count. */
  readonly isSigned?: boolean;
  /** Gini index of the map that was tested. */
  readonly sparseness?: number;
  /** Of methods that promise to add up. */
  readonly completeness?: { readonly sum: number; readonly expected: number };
  readonly deletion?: Curves;
  readonly insertion?: Curves;
  /** Mean logit over the shares removed. */
  readonly road?: { readonly morf: number; readonly lerf: number };
  readonly counterfactual?: RegionEffects;
  /** Spearman's correlation of the map's mass in each cell of a grid with the effect of the cell's removal. */
  readonly agreement?: number;
  /** Of a scene: what each of its parts truly does, and how much of the map's positive mass lies on it. */
  readonly twins?: TwinEffects;
  /** Of an image with a mask. */
  readonly localisation?: Localisation;
  /** With the map of a model that has learned shuffled labels. */
  readonly randomLabels?: Similarities;
  readonly randomisation?: readonly RandomisationStep[];
  /** Number of layers with weights that could be randomised. */
  readonly layers?: number;
  readonly otherClasses?: readonly Similarities[];
  readonly stability?: { readonly maxSensitivity: number; readonly spearman: number; readonly copies: number };
  readonly cost?: {
    readonly milliseconds: number;
    readonly runs: number;
    readonly rows: number;
    readonly forwardMilliseconds: number;
  };
  /** What could not be found out, by test, and why. */
  readonly failures: Readonly<Record<string, string>>;
  /** What the method said about its result. */
  readonly notes: readonly string[];
}
