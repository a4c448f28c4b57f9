/** What goes into an explanation and what comes out: models, options, results. */
import type { Plane } from '../image/index.js';
import type { Candidate, Method, Progress } from '../methods/method.js';
import type { Graph, Shape } from '../onnx/graph.js';
import type { GivenOptions } from '../options.js';
import type { Runtime, WeightFiles } from '../runtime/runtime.js';
import type { FloatArray, NdArray } from '../tensor/tensor.js';
import type { Target } from './dense-scores.js';
import type { RowFlow } from './flow.js';
import type { Texts } from './text-scores.js';

/** A model that can be explained: its graph as it was read, where its weights are, and what runs it. */
export interface Model {
  readonly graph: Graph;
  readonly weights?: WeightFiles;
  readonly runtime: Runtime;
  /** Names of the classes, in order. */
  readonly labels?: readonly string[] | undefined;
  /** Whether it embeds images where texts are embedded too, and has no classes. */
  readonly embeds?: boolean;
}

export type Inputs = Readonly<Record<string, NdArray>>;

export interface ExplainOptions {
  /** Options of the method; with several methods, of each that has them. */
  readonly options?: GivenOptions;
  /** The class of each row of the input, or one for all; the top class by default. */
  readonly targets?: readonly Target[];
  /** For outputs that are maps of classes: the part of the image whose scores are summed; all of it by default. */
  readonly region?: Plane | undefined;
  /** Tensor or node names; by default the last feature map. */
  readonly layers?: readonly string[];
  readonly output?: string | undefined;
  /** What a model that embeds images compares them with; a target is one of them. `open` leaves them to whoever runs the graph. */
  readonly texts?: Texts | 'open' | undefined;
  /** Values of further inputs, by name. */
  readonly inputs?: Inputs;
  /** Whether to look for likely mistakes, and say so in `hints`: a blank map, colours in the wrong order. Costs another run where the model looks lost. */
  readonly diagnose?: boolean;
  /** Whether methods keep account of what happens on the way, for reports. */
  readonly detailed?: boolean;
  /** Called while a method that takes many runs is at work. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops such a method between two runs. */
  readonly signal?: AbortSignal;
}

export interface ExplainedRow {
  /** Index of the class that is explained. */
  readonly target: number;
  /** All scores of the row. */
  readonly scores: Float32Array;
  /** What the row's attribution adds up to, and what it should, for methods that promise completeness. */
  readonly completeness?: { readonly sum: number; readonly expected: number };
  /** For maps of patches: those whose tokens the transformer uses as registers, [row, column], where it was looked for them. */
  readonly registers?: readonly (readonly [number, number])[];
  /** For relevance: what the row started with, what reached the map, and where the rest went. */
  readonly flow?: RowFlow;
  /** The maps that the row's was chosen from, where they were asked for. */
  readonly candidates?: readonly Candidate[];
  /** Which words of the text that is explained matter, where that was asked for. */
  readonly words?: ExplainedWords;
}

/** The words of a text, in its order. */
export interface ExplainedWords {
  readonly method: string;
  readonly relevances: readonly WordRelevance[];
}

/** How far a word of a text raises the text's likeness to the image; a word may be several tokens. */
export interface WordRelevance {
  readonly token: string;
  readonly relevance: number;
  /** Of tokens that say where the text begins or ends. */
  readonly isSpecial?: boolean;
}

export interface Explanation {
  readonly method: Method;
  /** Every option with its value. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Raw: signed, not scaled, not resized. */
  readonly attribution: FloatArray;
  readonly rows: readonly ExplainedRow[];
  readonly layers: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[];
  /** Of the output that is explained: with several axes behind the first, indices count through them as they lie in memory. */
  readonly scoresShape: Shape | undefined;
  /** What scores are multiplied with before a softmax over them; 1 but for cosines with texts. */
  readonly scale?: number;
  /** What was decided on the way. */
  readonly notes: readonly string[];
  /** What looks like a mistake, and what to do. */
  readonly hints: readonly string[];
  /** How long it took; what methods share counts for each of them. */
  readonly milliseconds: number;
}
