/** What an image-text model multiplies cosines with before a softmax over texts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toNumbers } from '../../onnx/tensor.js';
import { openModelFile } from '../../runtime/node/index.js';
import { readJson } from './json.js';

/** CLIP's at the end of its training, where it is held. */
const TRAINED = 100;
/** ln(1 / 0.07), where its training begins: configurations state it of models that are long past it. */
const FIRST = 2.6592;

interface Config {
  /** Our own: of a model that has no file with both towers. */
  readonly logit_scale?: number;
  readonly logit_scale_init_value?: number;
}

/**
 * The factor that a folder's files say: the value in a file with both towers, or one in config.json that is not merely where training
 * begins; all as logarithms. Else 100.
 */
export function logitScale(folder: string): number {
  const joint = [join(folder, 'model.onnx'), join(folder, 'onnx', 'model.onnx')].find(existsSync);
  const constant =
    joint === undefined ? undefined : openModelFile(joint).graph.constants.find(({ name }) => /(^|[./])logit_scale$/.test(name));
  if (constant?.tensor) return Math.exp(toNumbers(constant.tensor)[0]!);
  const { logit_scale: own, logit_scale_init_value: first = FIRST } = (readJson(join(folder, 'config.json')) ?? {}) as Config;
  if (typeof own === 'number') return Math.exp(own);
  return Math.abs(first - FIRST) > 1e-3 ? Math.exp(first) : TRAINED;
}
