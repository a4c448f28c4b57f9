/** Layers of tokens as feature maps: their patches on the grid of the image, so that class activation maps work on transformers. */
import type { Builder } from '../onnx/builder.js';
import type { Graph, Value } from '../onnx/graph.js';
import { attentionInput } from '../transformers/attention.js';
import { tokenAxis } from '../transformers/readout.js';
import type { Tokens } from '../transformers/tokens.js';
import { findTransformer, type Transformer } from '../transformers/transformer.js';
import { featureMaps, valueNamed } from './layer.js';
import { withMappedLayers } from './mapped-layers.js';
import type { Subject } from './subject.js';

/**
 * The same model, in which the patches of token layers pass through a feature map [N, d, rows, columns] that has the layer's name.
 * @param names the layers; by default what the last block's attention reads, where no feature map comes behind it: of what comes later
 *   only the class token leads to the scores
 */
export function withTokenLayers(subject: Subject, original: Graph, names?: readonly string[]): Subject {
  const named = names?.map((name) => valueNamed(name, subject, original)).filter((value) => value?.rank === 3);
  if (named?.length === 0) return subject;
  const transformer = findTransformer(subject.input, subject.scores);
  if (!transformer) return subject;
  const { tokens, flow } = transformer;
  const suggested = named ? undefined : lastAttentionInput(subject, transformer);
  const laid = new Set(
    (named ?? [suggested]).filter((value): value is Value => flow.carries(value) && tokenAxis(value, tokens.count) >= 0),
  );
  if (laid.size === 0) return subject;
  return withMappedLayers(subject, laid, (b, layer, name) => throughMap(b, layer, tokens, name), suggested);
}

function lastAttentionInput(subject: Subject, { blocks, flow, stream }: Transformer): Value | undefined {
  const last = blocks.at(-1)!;
  const behind = featureMaps(subject).some((map) => (map.producer?.age ?? 0) > last.product.age);
  const read = attentionInput(flow, last);
  return behind || (read.producer?.op !== 'LayerNormalization' && stream.length === 0) ? undefined : read;
}

/** Tokens to a map of the patches, and back among the other tokens. */
function throughMap(b: Builder, layer: Value, { count, first, grid }: Tokens, name: string): Value {
  const order = tokenAxis(layer, count) === 1 ? [0, 1, 2] : [1, 0, 2];
  const tokens = b.transpose(layer, order);
  const cut = (start: number, end: number) =>
    start === end ? [] : [b.slice(tokens, { starts: [start], ends: [end], axes: [1] })];
  const patches = grid[0] * grid[1];
  const columns = b.transpose(cut(first, first + patches)[0]!, [0, 2, 1]);
  const map = b.op('Reshape', [columns, b.ints([0, 0, ...grid])], {}, { outputs: [name] });
  const back = b.transpose(b.reshape(map, [0, 0, patches]), [0, 2, 1]);
  return b.transpose(b.concat([...cut(0, first), back, ...cut(first + patches, count)], 1), order);
}
