/** What is said of patches that a transformer uses as registers. */
import type { Method } from '../methods/method.js';
import type { FloatArray } from '../tensor/tensor.js';
import type { ExplainedRow } from './explanation.js';

type Place = readonly [row: number, column: number];

/** Where a row of masks [N, rows, columns] is not zero. */
export function registerPlaces({ shape, data }: FloatArray, row: number): Place[] {
  const [, height, width] = shape as [number, number, number];
  const mask = data.subarray(row * height * width, (row + 1) * height * width);
  return [...mask.keys()].filter((i) => mask[i]! > 0).map((i) => [Math.floor(i / width), i % width] as const);
}

/** Places named before the list is cut short. */
const NAMED = 6;

/** One remark for each image of a batch that has such patches. */
export function registerRemarks(
  { name, options }: Pick<Method, 'name' | 'options'>,
  rows: readonly Pick<ExplainedRow, 'registers'>[],
): string[] {
  const remedy =
    name === 'chili'
      ? '; a median keeps it out of the object and context parts, and part=register shows it'
      : options.registers
        ? '; registers=median takes it out'
        : '';
  return rows.flatMap(({ registers = [] }, row) => {
    if (registers.length === 0) return [];
    const [is, tokens] = registers.length === 1 ? ['patch has a token', 'a register'] : ['patches have tokens', 'registers'];
    const places = registers.slice(0, NAMED).map(([y, x]) => `${y}/${x}`);
    const where = `${places.join(', ')}${registers.length > NAMED ? ', ...' : ''}`;
    const of = rows.length > 1 ? `image ${row}: ` : '';
    return [
      `${of}${registers.length} ${is} of a far higher norm than the others, as ${tokens} (row/column ${where}): what a map says there may not be about the patch${remedy}`,
    ];
  });
}
