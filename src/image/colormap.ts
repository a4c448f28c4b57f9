/** Colours for values: perceptual sequential maps for heat, a diverging one for signed values. */
import { didYouMean, fail } from '../errors.js';
import { controlPoints } from './colormap-tables.js';

export type ColormapName = keyof typeof controlPoints;

/**
 * Every map, as in matplotlib within two levels: `inferno`, `magma`, `viridis`, `cividis` and `grey` grow evenly lighter, `turbo` is a
 * rainbow, `blue-red` (RdBu reversed) diverges from near-white: negative is blue, positive is red.
 */
export const colormapNames = Object.keys(controlPoints) as readonly ColormapName[];

/** Maps whose middle means zero. */
export const divergingColormaps: readonly ColormapName[] = ['blue-red'];

const made = new Map<ColormapName, Uint8Array>();

/**
 * The 256 colours of a map, from low to high: 768 bytes, three a colour.
 * @throws UserError with near names if there is no such map
 */
export function colormap(name: string): Uint8Array {
  if (!Object.hasOwn(controlPoints, name)) {
    fail(`no colour map is called "${name}"${didYouMean(name, colormapNames) || `; there are ${colormapNames.join(', ')}`}`);
  }
  const known = name as ColormapName;
  const table = made.get(known) ?? interpolated(controlPoints[known]);
  made.set(known, table);
  return table;
}

function interpolated(hex: string): Uint8Array {
  const points = hex.length / 6;
  const level = (point: number, channel: number): number =>
    Number.parseInt(hex.slice(point * 6 + channel * 2, point * 6 + channel * 2 + 2), 16);
  const table = new Uint8Array(768);
  for (let i = 0; i < 256; i++) {
    const position = (i * (points - 1)) / 255;
    const below = Math.min(points - 2, Math.floor(position));
    for (let c = 0; c < 3; c++) {
      const low = level(below, c);
      table[i * 3 + c] = Math.round(low + (level(below + 1, c) - low) * (position - below));
    }
  }
  return table;
}
