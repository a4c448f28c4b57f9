/** What every test of an audit works with. */
import type { Model } from '../../explain/explanation.js';
import type { Graph } from '../../onnx/graph.js';
import type { Twin } from '../counterfactual/twins.js';
import type { Pixels } from '../faithfulness/pixels.js';
import type { Mask } from '../map/heat-map.js';
import type { Scorer } from '../model/scorer.js';
import type { Budget } from './budget.js';

export interface AuditedImage {
  readonly name: string;
  readonly image: Pixels;
  readonly target: number;
  /** Of a scene: it made again with one of its parts changed. Made when asked for: at the model's size they are large. */
  readonly twins?: () => readonly Twin[];
  /** Where the map should be, at the size of the image. */
  readonly mask?: Mask;
}

export interface GatherContext {
  readonly model: Model;
  readonly scorer: Scorer;
  readonly budget: Budget;
  readonly seed: number;
  /** A model of the same architecture that has learned shuffled labels. */
  readonly randomLabels?: Model;
  /** The model with its layers lost down to a depth; none where the weights are not randomised for this image. */
  readonly lost?: (depth: number) => Graph;
  /** Called before each test. */
  readonly onTest: (test: string) => void;
}

/** Runs a test; where it fails, notes why under the test's name and yields nothing. */
export type Attempt = <T>(test: string, work: () => Promise<T>) => Promise<T | undefined>;
