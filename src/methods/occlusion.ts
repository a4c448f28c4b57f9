import { fail } from '../errors.js';
import { baselineOf, baselineOption } from './baseline.js';
import { imageGrid } from './layout.js';
import { maskedScores } from './masked-scores.js';
import { defineMethod } from './method.js';

/**
 * Occlusion: how far the score falls when a window is hidden, all channels at once; each place has the mean over the windows that
 * cover it. The last window of a line is cut at the edge. Zeiler and Fergus 2014, section 4.2; as Captum.
 */
export const occlusion = defineMethod({
  name: 'occlusion',
  summary: 'how far the score falls when a window of the input is hidden',
  reference: 'Zeiler, Fergus 2014, section 4.2',
  space: 'image',
  options: {
    window: { type: 'number', default: 16, min: 1, integer: true, description: 'side of the window, in pixels' },
    stride: { type: 'number', default: 8, min: 1, integer: true, description: 'step of the window, in pixels; at most its side' },
    ...baselineOption,
  },
  prepare: async (bench) => {
    const { load, shape, layout, options } = bench;
    const { window, stride } = options;
    const [height, width] = imageGrid(shape, layout) as [number, number];
    if (window > Math.min(height, width)) fail(`occlusion: window ${window} is larger than the input, ${width}x${height}`);
    if (stride > window)
      fail(`occlusion: stride ${stride} is larger than the window, ${window}, so that places between are left out`);
    const [tops, lefts] = [startsOf(height, window, stride), startsOf(width, window, stride)];
    const windows = tops.flatMap((top) => lefts.map((left) => ({ top, left })));
    const whole = await load(({ score }) => ({ score }));
    const baseline = await baselineOf(bench);
    const scores = await maskedScores(bench);
    const inWindow = ({ top, left }: { top: number; left: number }, visit: (place: number) => void) => {
      for (let y = top; y < Math.min(height, top + window); y++)
        for (let x = left; x < Math.min(width, left + window); x++) visit(y * width + x);
    };
    return async function* (row) {
      const score = (await whole(row)).score!.data[0]!;
      const hidden = yield* scores(row, await baseline(row), windows.length, (i, mask) => {
        mask.fill(1);
        inWindow(windows[i]!, (place) => {
          mask[place] = 0;
        });
      });
      const [falls, counts] = [new Float64Array(height * width), new Float64Array(height * width)];
      windows.forEach((each, i) => {
        inWindow(each, (place) => {
          falls[place]! += score - hidden[i]!;
          counts[place]!++;
        });
      });
      return { attribution: { shape: [1, height, width], data: Float32Array.from(falls, (fall, i) => fall / counts[i]!) } };
    };
  },
});

/** Where windows begin along an axis; the last one may reach beyond the end. */
export function startsOf(size: number, window: number, stride: number): number[] {
  return Array.from({ length: Math.ceil((size - window) / stride) + 1 }, (_, i) => i * stride);
}
