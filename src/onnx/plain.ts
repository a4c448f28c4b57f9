/** The form of a model that explanations are computed in: plain float32 operators of ai.onnx, shapes known. */
import { dequantize, isQuantized } from './dequantize/index.js';
import type { Graph } from './graph.js';
import { lower, type Refusal } from './lower/index.js';
import { type SimplifyOptions, simplify } from './simplify.js';
import { isInteger } from './tensor.js';
import { upgrade } from './upgrade/index.js';
import { otherPrecisions, widen, withRealPictures } from './widen.js';

export interface PlainOptions extends SimplifyOptions {
  /** Told of each node that is not written out, instead of the first being an error. */
  readonly refused?: Refusal | undefined;
}

export interface Plain {
  readonly graph: Graph;
  /** What computes otherwise than in the model, in words. */
  readonly notes: readonly string[];
  /** Whether the graph only follows the model: a quantised one in real numbers. */
  readonly approximate: boolean;
}

/**
 * Functions inlined, opset upgraded, shapes inferred, constants folded; then quantised tensors as the real numbers they stand for, other
 * precisions widened, and operators that stand for many written out.
 * @throws UserError where the model contradicts itself or `sizes`, or has what is not read
 */
export function plain(model: Graph, { refused, ...options }: PlainOptions = {}): Plain {
  const whole = simplify(upgrade(model), options);
  const real = dequantize(whole);
  const wide = widen(real);
  const pictured = withRealPictures(wide);
  const lowered = lower(pictured, refused);
  const notes: string[] = [];
  const approximate = isQuantized(whole);
  if (approximate)
    notes.push(
      'the model is quantised; explained is the float model that follows it, with gradients straight through the rounding',
    );
  const others = otherPrecisions(real);
  if (wide !== real) notes.push(`the model computes in ${others.join(' and ')}; the explanation is computed in float32`);
  for (const { name, dtype } of pictured.inputs)
    if (dtype === 'float32' && isInteger(wide.inputs.find((value) => value.name === name)?.dtype))
      notes.push(`the input "${name}" is of integers; it is explained as if they were real numbers`);
  // Written out, a model of opset 22 or later may be one of an older opset.
  return { graph: lowered === whole ? whole : simplify(upgrade(lowered)), notes, approximate };
}
