/** Operators that resample images: Upsample and Resize, GridSample, RoiAlign. */
import { fail } from '../../../errors.js';
import type { Builder } from '../../builder.js';
import type { Value } from '../../graph.js';
import { floats } from '../../tensor.js';
import { type Call, type Change, constantNumbers, renamed, type Steps, without } from '../step.js';
import { scalesFromSides } from './broadcasting.js';

const asymmetric = { coordinate_transformation_mode: 'asymmetric' };

/**
 * Resize 10 put pixel i at i / scale. Where that falls between two pixels, "nearest" took the one before when enlarging and the one
 * behind when shrinking: so do the examples of ONNX 1.5, and ONNX Runtime. A scale known only at run time is taken to enlarge.
 */
function asVersion10(call: Call, b: Builder): Change {
  const [x, scales] = call.inputs;
  const mode = call.string('mode', 'nearest');
  if (mode !== 'nearest') return { inputs: [x, undefined, scales], attributes: asymmetric };
  const factors = constantNumbers(scales) ?? [];
  const enlarge = { mode, ...asymmetric, nearest_mode: 'floor' };
  const shrink = { mode, ...asymmetric, nearest_mode: 'ceil' };
  if (factors.every((factor) => factor >= 1)) return { inputs: [x, undefined, scales], attributes: enlarge };
  if (factors.every((factor) => factor <= 1)) return { inputs: [x, undefined, scales], attributes: shrink };
  const larger = b.constant(floats(factors.map((factor) => Math.max(factor, 1))));
  const smaller = b.constant(floats(factors.map((factor) => Math.min(factor, 1))));
  return { inputs: [b.op('Resize', [x, undefined, larger], enlarge), undefined, smaller], attributes: shrink };
}

/** Unused inputs had to be there, as empty tensors. */
function withoutPlaceholders(call: Call): Change {
  const [x, roi, scales, sizes] = call.inputs;
  const crops = call.attributes.coordinate_transformation_mode === 'tf_crop_and_resize';
  const bySize = sizes !== undefined && !isEmpty(sizes);
  return {
    inputs: [x, crops ? roi : undefined, bySize ? undefined : scales, bySize ? sizes : undefined],
    attributes: withoutTfHalfPixel(call),
  };
}

const isEmpty = ({ shape }: Value): boolean => shape?.[0] === 0;

/**
 * tf_half_pixel_for_nn put at p + 0.5 what half_pixel puts at p. The floor of that is p rounded, up at the half; rounded, down at the
 * half, it is the ceiling of p.
 */
function withoutTfHalfPixel(call: Call): Record<string, string> {
  if (call.attributes.coordinate_transformation_mode !== 'tf_half_pixel_for_nn') return {};
  const rounding: Record<string, string> = { floor: 'round_prefer_ceil', round_prefer_floor: 'ceil' };
  const nearest = call.string('nearest_mode', 'round_prefer_floor');
  const nearest_mode = call.string('mode', 'nearest') === 'nearest' ? rounding[nearest] : undefined;
  return nearest_mode
    ? { coordinate_transformation_mode: 'half_pixel', nearest_mode }
    : fail(
        `${call.label}: tf_half_pixel_for_nn with mode "${call.attributes.mode}" and "${nearest}" has no equal since opset 13`,
      );
}

export const resizing = {
  Upsample: {
    7: scalesFromSides,
    9: (call, b) => ({
      inputs: [call.inputs[0], b.constant(floats(scalesOf(call)))],
      attributes: without('scales'),
    }),
    10: renamed('Resize'),
  },
  Resize: { 11: asVersion10, 13: withoutPlaceholders },
  GridSample: {
    20: (call) => {
      const names: Record<string, string> = { bilinear: 'linear', bicubic: 'cubic' };
      const mode = call.string('mode', 'bilinear');
      return { attributes: { mode: names[mode] ?? mode } };
    },
  },
  RoiAlign: { 16: () => ({ attributes: { coordinate_transformation_mode: 'output_half_pixel' } }) },
} satisfies Steps;

function scalesOf(call: Call): readonly number[] {
  const { scales } = call.attributes;
  return typeof scales === 'object' && 'floats' in scales ? scales.floats : fail(`${call.label} has no scales`);
}
