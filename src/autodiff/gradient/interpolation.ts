/** The matrix by which ONNX's Resize makes an output axis from an input axis. Definitions: the operator's specification, versions 11 to 19. */
import { fail } from '../../errors.js';
import type { Node } from '../../onnx/graph.js';

export interface AxisResampling {
  /** For the attributes. */
  readonly node: Node;
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** Start and end of the region for tf_crop_and_resize, as fractions. */
  readonly region: readonly [number, number];
}

/** [output, input], row-major: output = matrix x input along the axis. */
export function interpolationMatrix(resampling: AxisResampling): Float32Array {
  const { node, input, output } = resampling;
  const matrix = new Float32Array(output * input);
  for (let o = 0; o < output; o++) {
    const place = sourcePlace(resampling, o);
    if (place === undefined) continue;
    for (const [index, weight] of taps(node, place, resampling)) {
      const clamped = Math.min(input - 1, Math.max(0, index));
      matrix[o * input + clamped]! += weight;
    }
  }
  return matrix;
}

/** Single precision, as ONNX Runtime computes places: near a half, rounding to the nearest element depends on it. */
const single = Math.fround;

/** Where on the input axis an output element lies; nowhere if it is outside the region's image. */
function sourcePlace({ node, input, output, scale, region: [start, end] }: AxisResampling, o: number): number | undefined {
  const mode = node.string('coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
      return single(single((o + 0.5) / scale) - 0.5);
    case 'half_pixel_symmetric': {
      const offset = single((input / 2) * single(1 - single(output / single(scale * input))));
      return single(offset + (o + 0.5) / scale - 0.5);
    }
    case 'pytorch_half_pixel':
      return output > 1 ? single(single((o + 0.5) / scale) - 0.5) : 0;
    case 'align_corners':
      return output === 1 ? 0 : single((o * (input - 1)) / (output - 1));
    case 'asymmetric':
      return single(o / scale);
    case 'tf_crop_and_resize': {
      const step = single(single(single(o * single(end - start)) * (input - 1)) / (output - 1));
      const place = single(output > 1 ? single(start * (input - 1)) + step : 0.5 * (start + end) * (input - 1));
      return place < 0 || place > input - 1 ? undefined : place;
    }
    default:
      return fail(`${node.label}: coordinate_transformation_mode "${mode}" is unknown`);
  }
}

/** Input elements and their weights at a place. */
function taps(node: Node, place: number, { input, scale }: AxisResampling): [number, number][] {
  const mode = node.string('mode', 'nearest');
  if (mode === 'nearest') return [[nearest(node.string('nearest_mode', 'round_prefer_floor'), place), 1]];
  const kernel =
    mode === 'linear'
      ? triangle
      : mode === 'cubic'
        ? cubic(node.float('cubic_coeff_a', -0.75))
        : fail(`${node.label}: mode "${mode}" is unknown`);
  const radius = mode === 'linear' ? 1 : 2;
  const antialias = node.int('antialias', 0) === 1 && scale < 1;
  const stretch = antialias ? scale : 1;
  const first = Math.ceil(place - radius / stretch - 1e-9);
  const last = Math.floor(place + radius / stretch + 1e-9);
  const found: [number, number][] = [];
  for (let index = first; index <= last; index++) found.push([index, kernel((index - place) * stretch)]);
  // Elements outside the axis are copies of its ends, unless they are left out and the others share their weight.
  const inside = node.int('exclude_outside', 0) ? found.filter(([index]) => index >= 0 && index < input) : found;
  const total = inside.reduce((sum, [, weight]) => sum + weight, 0);
  return inside.map(([index, weight]) => [index, weight / total]);
}

function nearest(mode: string, place: number): number {
  switch (mode) {
    case 'floor':
      return Math.floor(place);
    case 'ceil':
      return Math.ceil(place);
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5);
    default:
      return Math.ceil(place - 0.5);
  }
}

const triangle = (distance: number): number => Math.max(0, 1 - Math.abs(distance));

/** Keys' cubic convolution kernel. */
const cubic =
  (a: number) =>
  (distance: number): number => {
    const d = Math.abs(distance);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
    return 0;
  };
