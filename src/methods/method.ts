/**
 * What a method of explanation is: a name, options, and either a plan that writes the attribution as one graph, or a preparation
 * for many runs of several graphs.
 */
import type { Account } from '../autodiff/relevance/ledger.js';
import type { RuleTable } from '../autodiff/rule.js';
import type { Builder } from '../onnx/builder.js';
import type { Graph, Value } from '../onnx/graph.js';
import type { DType } from '../onnx/tensor.js';
import type { OptionSpecs, OptionValues } from '../options.js';
import type { FloatArray, NdArray } from '../tensor/tensor.js';

/**
 * Where an attribution lives: on every element of the model's input; on the grid of a layer, [N, h, w]; on the input's places, all
 * channels at once, [N, H, W]; or on the patches that a transformer cuts the image into, [N, rows, columns].
 */
export type Space = 'input' | 'layer' | 'image' | 'tokens';

export type Layout = 'NCHW' | 'NHWC';

/** The model at one point: what it computes there, and what is explained. */
export interface Evaluation {
  /** The image input, [N, C, H, W] or [N, H, W, C]. */
  readonly input: Value;
  /** Feature map [N, C, h, w], for methods that use a layer. */
  readonly layer: Value;
  /** All scores, [N, K], before a final Softmax or Sigmoid. */
  readonly logits: Value;
  /** One-hot rows of the explained class, [N, K]. */
  readonly chosen: Value;
  /** What logits are multiplied with before a softmax: not 1 for cosines with texts. */
  readonly scale: number;
  /** What is explained, one number per row, [N]: the target's logit, or what `scoreOf` made of the logits. */
  readonly score: Value;
  /** What stands for a value of the model here. */
  readonly of: (value: Value) => Value;
  /** The gradient of the score in a value, of the value's shape. The table may be another than the gradient's own. */
  readonly gradient: (of: Value, table?: RuleTable) => Value;
}

/** What a method makes its score of. */
export interface ScoreContext<S extends OptionSpecs> extends Pick<Evaluation, 'logits' | 'chosen' | 'scale'> {
  readonly b: Builder;
  readonly options: OptionValues<S>;
}

/** What a plan may use. All values belong to one graph, to which the builder adds. */
export interface PlanContext<S extends OptionSpecs = OptionSpecs> extends Evaluation {
  readonly b: Builder;
  readonly options: OptionValues<S>;
  readonly layout: Layout;
  /** Whether to keep account of what happens on the way, for reports. */
  readonly detailed: boolean;
  /** The class explained in each row, int64 [N]. */
  readonly target: Value;
  /** The same model with another value in place of one of its own: at another input, or from a changed layer on. */
  readonly replace: (value: Value, by: Value) => Evaluation;
}

/** What a plan yields where the attribution should add up to something: its rows' sums are compared with `sum`, [N]. */
export interface Complete {
  readonly attribution: Value;
  readonly sum?: Value;
  readonly flow?: PlannedFlow;
}

/** Relevance on its way from the score to the input. */
export interface PlannedFlow {
  /** The relevance that each row starts with, [N]. */
  readonly start: Value;
  /** What arrived at and left each node, where that was asked for. */
  readonly account?: Account | undefined;
}

interface Declaration<S extends OptionSpecs> {
  readonly name: string;
  /** One sentence for lists and help. */
  readonly summary: string;
  /** The paper, and the equation where there is one. */
  readonly reference: string;
  readonly space: Space;
  /** Whether the method reads a layer though its attribution does not live there. */
  readonly usesLayer?: boolean;
  /** Whether it explains a class or a text, rather than what the model looks at whatever the outcome; so by default. */
  readonly usesTarget?: boolean;
  /** Whether negative values mean something; so by default on the input and the image. */
  readonly signed?: boolean;
  readonly options: S;
  /** How the scores [N, K] become what is explained, [N]; the target's logit by default. `chosen` is one-hot, [N, K]. */
  readonly scoreOf?: (context: ScoreContext<S>) => Value;
  /** How the maps of layers, brought to the largest of their grids, become one, also a single one; their mean by default. */
  readonly combine?: (b: Builder, maps: readonly Value[], options: OptionValues<S>) => Value;
  /** Which layers it takes where none is named: the last feature map, or the last one of every size in the upper half of the network. */
  readonly defaultLayers?: 'last' | 'stages';
  /** What the reader of the result should know about this method on this model, if anything. */
  readonly remark?: (graph: Graph, options: OptionValues<S>) => string | undefined;
}

/** A method that is one graph: it can be compiled. */
export interface PlannedMethod<S extends OptionSpecs = OptionSpecs> extends Declaration<S> {
  /** Yields the raw attribution: of the input's shape, [N, h, w] on the layer's grid, or [N, H, W]. */
  readonly plan: (context: PlanContext<S>) => Value | Complete;
}

/** A method that runs graphs many times. */
export interface IterativeMethod<S extends OptionSpecs = OptionSpecs> extends Declaration<S> {
  /** Loads what it runs, for inputs of one shape; yields what explains one row. */
  readonly prepare: (bench: Workbench<S>) => Promise<RowExplainer>;
  /** The same as one graph, for models whose form allows it. */
  readonly closedForm?: {
    readonly holds: (layer: Value, scores: Value, options: OptionValues<S>) => boolean;
    readonly plan: (context: PlanContext<S>) => Value | Complete;
  };
}

export type Method<S extends OptionSpecs = OptionSpecs> = PlannedMethod<S> | IterativeMethod<S>;

/** What an iterative method works with. */
export interface Workbench<S extends OptionSpecs = OptionSpecs> {
  readonly options: OptionValues<S>;
  /** Of one row of the image input, [1, C, H, W] or [1, H, W, C]. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** Shape of the layer, [1, C, h, w]. */
  readonly layerShape: readonly number[];
  /** How many rows a run should take, of the whole model, with its gradient, and from the layer on: 1 where the model fixes it. */
  readonly batch: { readonly forward: number; readonly backward: number; readonly head: number };
  readonly load: (build: (context: PieceContext<S>) => Readonly<Record<string, Value>>) => Promise<Piece>;
}

export interface PieceContext<S extends OptionSpecs = OptionSpecs> extends PlanContext<S> {
  /** An input of the piece. */
  readonly feed: (name: string, shape: readonly (number | string)[], dtype?: DType) => Value;
  /** The size of the batch axis: of one run's rows. */
  readonly rows: number | string;
}

/**
 * A loaded graph. The model's own inputs have the row's values, repeated `count` times, unless `feeds` has others; `input` is the
 * image's name there.
 */
export type Piece = (row: Row, feeds?: Feeds, count?: number) => Promise<Readonly<Record<string, FloatArray>>>;

export type Feeds = Readonly<Record<string, NdArray>>;

/** One row to explain. */
export interface Row {
  /** [1, ...] */
  readonly input: FloatArray;
  readonly target: number;
  readonly others: Feeds;
  /** Which row of how many it is. */
  readonly index: number;
  readonly rows: number;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** A row's attribution, [1, ...], what it should add up to, where that is known, and what it was chosen from, where that was asked for. */
export interface RowAttribution {
  readonly attribution: FloatArray;
  readonly sum?: number;
  readonly candidates?: readonly Candidate[];
}

/** A map that might be a row's, [1, h, w], and the score that speaks for it. */
export interface Candidate {
  readonly name: string;
  readonly score: number;
  readonly map: FloatArray;
}

export type RowExplainer = (row: Row) => AsyncGenerator<Progress, RowAttribution>;

/** Declares a method; its options are typed by their declaration. */
export function defineMethod<const S extends OptionSpecs>(method: PlannedMethod<S>): PlannedMethod;
export function defineMethod<const S extends OptionSpecs>(method: IterativeMethod<S>): IterativeMethod;
export function defineMethod(method: unknown): unknown {
  return method;
}

export function isPlanned(method: Method): method is PlannedMethod {
  return 'plan' in method;
}

export function usesLayer({ space, usesLayer: uses = space === 'layer' }: Method): boolean {
  return uses;
}

/** Whether negative values are drawn. */
export function isSigned({ space, signed = space === 'input' || space === 'image' }: Pick<Method, 'space' | 'signed'>): boolean {
  return signed;
}

/** Axes of a feature map. */
export const channels = [1];

export function spatial(map: Value): number[] {
  return (map.shape ?? []).map((_, axis) => axis).slice(2);
}
