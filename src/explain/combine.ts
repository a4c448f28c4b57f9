/** Maps of several layers as one. */
import type { Method } from '../methods/method.js';
import { resized } from '../methods/resized.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import type { OptionSpecs, OptionValues } from '../options.js';

/**
 * Maps [N, h, w], resized bilinearly (half-pixel centres) to the largest of their grids, as the method combines them: by default
 * averaged. Maps of the input's shape fit as they are.
 */
export function combined(
  b: Builder,
  maps: readonly Value[],
  { space, combine }: Pick<Method, 'space' | 'combine'>,
  options: OptionValues<OptionSpecs>,
): Value {
  const fitted = space === 'layer' && maps.length > 1 ? onLargestGrid(b, maps) : maps;
  if (combine) return combine(b, fitted, options);
  return fitted.length === 1 ? fitted[0]! : b.div(fitted.reduce(b.add), fitted.length);
}

function onLargestGrid(b: Builder, maps: readonly Value[]): Value[] {
  const gridOf = (map: Value) => map.shape!.slice(1) as number[];
  const area = (map: Value) => gridOf(map).reduce((product, size) => product * size, 1);
  const largest = gridOf(maps.reduce((best, map) => (area(map) > area(best) ? map : best)));
  return maps.map((map) => b.squeeze(resized(b, b.unsqueeze(map, [1]), largest), [1]));
}
