/** Layers with their channels last as feature maps [N, C, h, w], so that class activation maps work on them: of TensorFlow, and of Swin. */
import type { Graph, Value } from '../onnx/graph.js';
import { featureMaps, lastPassage, valueNamed } from './layer.js';
import { type ThroughMap, withMappedLayers } from './mapped-layers.js';
import { CHANNELS_LAST } from './spatial.js';
import type { Subject } from './subject.js';

/**
 * The same model, in which layers [N, h, w, C] pass through a feature map that has the layer's name.
 * @param names the layers; by default the last passage, where it has its channels last
 */
export function withTurnedLayers(subject: Subject, original: Graph, names?: readonly string[]): Subject {
  const outputs = new Set(subject.graph.outputs);
  const turnable = featureMaps(subject, CHANNELS_LAST).filter((map) => map !== subject.scoreMap && !outputs.has(map));
  if (turnable.length === 0) return subject;
  const suggested = names || subject.suggested ? undefined : lastOfAll(subject, turnable);
  const wanted = names ? names.map((name) => valueNamed(name, subject, original)) : [suggested];
  const turned = new Set(turnable.filter((map) => wanted.includes(map)));
  if (turned.size === 0) return subject;
  return withMappedLayers(subject, turned, throughMap, suggested);
}

/** The last passage, if its channels stand last and it is not just another map turned round. */
function lastOfAll(subject: Subject, turnable: readonly Value[]): Value | undefined {
  const made = turnable.filter(({ producer }) => producer!.op !== 'Transpose');
  const [last, first] = [lastPassage(subject, made), lastPassage(subject, featureMaps(subject))];
  return last && last.producer!.age > (first?.producer?.age ?? -1) ? last : undefined;
}

const throughMap: ThroughMap = (b, layer, name) =>
  b.transpose(b.op('Transpose', [layer], { perm: [0, 3, 1, 2] }, { outputs: [name] }), [0, 2, 3, 1]);
