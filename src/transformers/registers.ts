/**
 * Pseudo-registers: few patches whose tokens have a far larger norm than the others in the last blocks. The model keeps there what is no
 * part of the patch, so that maps are wrong at their places. Darcet et al., ICLR 2024, section 2.
 */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { median3x3 } from './median.js';
import { tokenAxis } from './readout.js';
import { type Step, streamOf } from './stream.js';
import type { Transformer } from './transformer.js';

/** How many times the median a norm is at least, and how many deviations above it. */
const RATIO = 2;
const DEVIATIONS = 6;
/** More patches than this part are no exceptions; two always may be. */
const MOST = 0.1;
/** Of the median absolute deviation, as a standard deviation of normal noise. */
const NORMAL = 1.4826;

/**
 * 1 for patches whose tokens have a high norm behind the last third of the blocks, else 0; none where the tokens of blocks are not in one
 * stream. A token's norm is taken over the patches' median behind each block, and its mean over blocks compared with the median again.
 * @returns [N, rows, columns]
 */
export function registersOf(b: Builder, transformer: Transformer): Value | undefined {
  const { flow, blocks, tokens } = transformer;
  const { count, first, grid } = tokens;
  const patches = grid[0] * grid[1];
  const outputs = blockOutputs(streamOf(flow, blocks)).slice(-Math.ceil(blocks.length / 3));
  if (outputs.length === 0 || outputs.some((output) => output.rank !== 3 || tokenAxis(output, count) < 0)) return undefined;
  const relative = outputs.map((output) => {
    const axis = tokenAxis(output, count);
    const norms = b.reduce('ReduceL2', b.cast(output, 'float32'), [2], false);
    const cut = b.slice(norms, { starts: [first], ends: [first + patches], axes: [axis] });
    const rows = b.transpose(cut, axis === 1 ? [0, 1] : [1, 0]);
    return b.div(rows, medianOf(b, rows, patches));
  });
  const mean = b.div(relative.reduce(b.add), relative.length);
  const deviations = b.abs(b.sub(mean, 1));
  const limit = b.max(b.add(b.mul(medianOf(b, deviations, patches), DEVIATIONS * NORMAL), 1), RATIO);
  const high = b.mask(b.greater(mean, limit), mean);
  const few = b.mask(b.less(b.reduceSum(high, [1]), Math.max(2, MOST * patches) + 0.5), mean);
  return b.reshape(b.mul(high, few), [0, ...grid]);
}

/** What takes registers out of maps of heads: a median at every patch, at those that are registers, or nothing. */
export const mapFilters = ['median', 'high-norm', 'none'] as const;
export type MapFilter = (typeof mapFilters)[number];

/**
 * Maps [N, C, rows, columns] without registers.
 * @throws UserError where registers are to be told by their norm, and tokens do not lie in one stream
 */
export function filteredMaps(
  b: Builder,
  transformer: Transformer,
  maps: Value,
  filter: MapFilter,
  border: 'edge' | 'zero' = 'edge',
): Value {
  if (filter === 'none') return maps;
  const smooth = median3x3(b, maps, border);
  if (filter === 'median') return smooth;
  const registers =
    registersOf(b, transformer) ??
    fail('registers are told by the norm of their tokens, and the tokens of the model do not lie in one residual stream');
  return b.add(maps, b.mul(b.cast(b.unsqueeze(registers, [1]), maps.dtype ?? 'float32'), b.sub(smooth, maps)));
}

/** The stream before each attention is added to it but the first, and at its end: behind each block. */
function blockOutputs(stream: readonly Step[]): Value[] {
  return stream.flatMap(({ sum }, i) => (i === stream.length - 1 || stream[i + 1]!.attention ? [sum] : []));
}

/** Of rows [N, size]: [N, 1]. Of an even number, the upper one of the middle. */
function medianOf(b: Builder, rows: Value, size: number): Value {
  const upper = Math.floor(size / 2) + 1;
  const sorted = b.node('TopK', [rows, b.ints([upper])], { axis: 1 }, { outputs: 2 }).output();
  return b.slice(sorted, { starts: [upper - 1], ends: [upper], axes: [1] });
}
