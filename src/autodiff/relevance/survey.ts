/** Looks over a graph before relevance walks back through it: what kind each node is of, which nodes are one layer, what lies how deep. */
import type { Builder } from '../../onnx/builder.js';
import { type Node, operands, reachable, type Value } from '../../onnx/graph.js';
import { gradient } from '../gradient/index.js';
import { ruleOf } from '../propagate.js';
import { noGradient } from '../rule.js';
import { mergeBefore, mergeBehind } from './canonise.js';
import { batchNormLayer, isConvolution, type LinearLayer, layerOf } from './layer.js';
import { partsOfNorms } from './norms.js';
import { findRoots } from './roots.js';

/** What composites choose rules by. */
export const kinds = [
  'convolution',
  'dense',
  'batch-norm',
  'average-pool',
  'max-pool',
  'sum',
  'gate',
  'product',
  'activation',
  'normalisation',
  'softmax',
  'other',
] as const;

export type Kind = (typeof kinds)[number];

/** A node that relevance passes, with what surrounds it. */
export interface Site {
  readonly node: Node;
  readonly kind: Kind;
  /** Set for convolutions, dense layers and batch normalisations that are a layer of their own. */
  readonly layer?: LinearLayer;
  /** For activations: the operand that takes all relevance. */
  readonly carrier?: number;
  /** Which operands depend on the input. */
  readonly operands: readonly number[];
  /** No convolution or dense layer lies between it and the input. */
  readonly first: boolean;
  /** No convolution or dense layer lies between it and the scores. */
  readonly last: boolean;
  /** Behind the last grid of feature maps. */
  readonly head: boolean;
  /** 0 at the first of all convolutions and dense layers, 1 at the last. */
  readonly depth: number;
}

export interface Survey {
  /** In topological order. Nodes that belong to another node's layer have no site of their own. */
  readonly sites: readonly Site[];
  /** The operand by which a node that is part of a layer leads to it. */
  readonly merged: ReadonlyMap<Node, number>;
  readonly siteOf: (node: Node) => Site | undefined;
  /** The sites' nodes, and merged ones, that a value's relevance comes from. */
  readonly consumers: (value: Value) => readonly Node[];
  readonly isEnd: (value: Value) => boolean;
}

export interface SurveyOptions {
  /** What batch normalisations are merged into: the layer before them, the layer on either side, none. */
  readonly batchNorm: 'before' | 'both' | 'none';
}

export function survey(b: Builder, ends: readonly Value[], sources: readonly Value[], { batchNorm }: SurveyOptions): Survey {
  const nodes = reachable(ends).nodes.filter((node) => ruleOf(gradient, node) !== noGradient);
  const dependent = dependentOn(reachable(ends).nodes, sources);
  const passed = nodes.filter((node) => node.outputs.some((output) => dependent.has(output)));
  const uses = new Map<Value, Node[]>();
  for (const node of passed) {
    for (const value of new Set(operands(node))) uses.set(value, [...(uses.get(value) ?? []), node]);
  }
  const consumers = (value: Value) => uses.get(value) ?? [];
  const isEnd = (value: Value) => ends.includes(value);

  const layers = new Map<Node, LinearLayer>();
  const merged = new Map<Node, number>();
  const around = { dependent, consumers, isEnd };
  for (const node of passed) {
    const alone = layerOf(b, node, dependent);
    if (!alone) continue;
    const behind = mergeBehind(b, alone, around, batchNorm !== 'none');
    const layer = batchNorm === 'both' ? mergeBefore(b, behind, around) : behind;
    layers.set(node, layer);
    for (const part of layer.merged)
      merged.set(
        part,
        part.inputs.findIndex((value) => value && dependent.has(value)),
      );
  }

  const norms = partsOfNorms(passed, dependent);
  const roots = findRoots(
    passed.filter((node) => !norms.has(node)),
    dependent,
  );
  const depths = depthsOf(passed, layers);
  const sites = passed
    .filter((node) => !merged.has(node))
    .map((node): Site => {
      const taking = node.inputs.flatMap((value, i) => (value && dependent.has(value) ? [i] : []));
      const carrier = roots.carrier(node);
      const layer = layers.get(node) ?? (node.op === 'BatchNormalization' ? batchNormLayer(b, node) : undefined);
      return {
        node,
        kind: norms.has(node) ? 'normalisation' : kindOf(node, layer, carrier, taking.length),
        operands: taking,
        ...(layer && { layer }),
        ...(carrier !== undefined && { carrier }),
        ...depths(node),
      };
    });
  const bySite = new Map(sites.map((site) => [site.node, site]));
  return { sites, merged, siteOf: (node) => bySite.get(node), consumers, isEnd };
}

function dependentOn(nodes: readonly Node[], sources: readonly Value[]): Set<Value> {
  const dependent = new Set<Value>(sources);
  for (const node of nodes) {
    // Sizes do not depend on what is in a value.
    if (node.op === 'Shape' || node.op === 'Size') continue;
    if (operands(node).some((value) => dependent.has(value))) for (const output of node.outputs) dependent.add(output);
  }
  return dependent;
}

const kindsByOperator: Readonly<Record<string, Kind>> = {
  BatchNormalization: 'batch-norm',
  AveragePool: 'average-pool',
  GlobalAveragePool: 'average-pool',
  ReduceMean: 'average-pool',
  ReduceSum: 'average-pool',
  // Sums of elements as well, in other arrangements and with other weights.
  CumSum: 'average-pool',
  Col2Im: 'average-pool',
  DFT: 'average-pool',
  STFT: 'average-pool',
  MaxPool: 'max-pool',
  GlobalMaxPool: 'max-pool',
  ReduceMax: 'max-pool',
  LayerNormalization: 'normalisation',
  InstanceNormalization: 'normalisation',
  GroupNormalization: 'normalisation',
  RMSNormalization: 'normalisation',
  MeanVarianceNormalization: 'normalisation',
  LpNormalization: 'normalisation',
  LRN: 'normalisation',
  Softmax: 'softmax',
  LogSoftmax: 'softmax',
};

/** The kind that every node of an operator is of; of others it depends on what surrounds them. */
export function kindOfOperator(op: string): Kind | undefined {
  return Object.hasOwn(kindsByOperator, op) ? kindsByOperator[op] : undefined;
}

const sums: ReadonlySet<string> = new Set(['Add', 'Sub', 'Sum', 'Mean']);

function kindOf(node: Node, layer: LinearLayer | undefined, carrier: number | undefined, operandCount: number): Kind {
  if (node.domain !== '') return 'other';
  if (layer && node.op !== 'BatchNormalization') return isConvolution(node) ? 'convolution' : 'dense';
  if (carrier !== undefined) return 'activation';
  if (operandCount > 1) {
    if (sums.has(node.op)) return 'sum';
    if (node.op === 'Mul') return 'gate';
    if (node.op === 'MatMul' || node.op === 'Einsum') return 'product';
  }
  return kindOfOperator(node.op) ?? 'other';
}

type Depths = Pick<Site, 'first' | 'last' | 'head' | 'depth'>;

/** Where nodes lie among the layers with weights. */
function depthsOf(nodes: readonly Node[], layers: ReadonlyMap<Node, LinearLayer>): (node: Node) => Depths {
  const behindLayer = new Set<Value>();
  const beforeLayer = new Set<Value>();
  const gridAhead = new Set<Value>();
  const ranks = new Map<Node, number>();
  let count = 0;
  for (const node of nodes) {
    const behind = operands(node).some((value) => behindLayer.has(value));
    if (behind || layers.has(node)) for (const output of node.outputs) behindLayer.add(output);
    ranks.set(node, count);
    if (layers.has(node)) count++;
  }
  for (const node of [...nodes].reverse()) {
    const before = node.outputs.some((output) => beforeLayer.has(output)) || layers.has(node);
    const ahead = node.outputs.some((output) => gridAhead.has(output) || hasGrid(output));
    for (const value of operands(node)) {
      if (before) beforeLayer.add(value);
      if (ahead) gridAhead.add(value);
    }
  }
  return (node) => ({
    first: !operands(node).some((value) => behindLayer.has(value)),
    last: !node.outputs.some((output) => beforeLayer.has(output)),
    head: !node.outputs.some((output) => gridAhead.has(output) || hasGrid(output)),
    depth: count > 1 ? Math.min(1, ranks.get(node)! / (count - 1)) : 0,
  });
}

const hasGrid = ({ shape }: Value): boolean => (shape?.length ?? 0) >= 3 && shape!.slice(2).some((size) => size !== 1);
