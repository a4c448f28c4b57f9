/** A sheet of a method's further maps, as a course would show them: what its map was made of, or chosen from. */
import { blank, colormap, drawText, fitText, type Image, type Plane, paste, resizePlane } from '../image/index.js';

export interface NamedMap {
  readonly name: string;
  readonly map: Plane;
}

const TILE = 220;
const GAP = 12;
const TEXT = 11;

/** The maps in rows, in their order, each in its own range from dark to bright and with its name below. */
export function saliencySheet(maps: readonly NamedMap[]): Image {
  const tallest = Math.max(...maps.map(({ map }) => tileOf(map).height));
  const columns = Math.min(maps.length, Math.max(2, Math.ceil(Math.sqrt((maps.length * tallest) / TILE))));
  const rows = Math.ceil(maps.length / columns);
  const pitch = { x: TILE + GAP, y: tallest + TEXT + 2 * GAP };
  const sheet = blank(columns * pitch.x + GAP, rows * pitch.y + GAP);
  for (const [index, { name, map }] of maps.entries()) {
    const left = GAP + (index % columns) * pitch.x;
    const top = GAP + Math.floor(index / columns) * pitch.y;
    const tile = drawn(map);
    paste(tile, sheet, left, top);
    drawText(sheet, fitText(name, TEXT, TILE), left, top + tile.height + 7, { size: TEXT, colour: [60, 60, 64] });
  }
  return sheet;
}

/** A map's size on the sheet: as wide as a tile, or as tall as one and a half. */
function tileOf({ width, height }: Plane): { width: number; height: number } {
  const scale = Math.min(TILE / width, (1.5 * TILE) / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function drawn(map: Plane): Image {
  const { width, height } = tileOf(map);
  const shrinks = width < map.width;
  const tile = resizePlane(map, width, height, shrinks ? { antialias: true } : { filter: 'nearest' });
  const [low, high] = tile.data.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  const colours = colormap('inferno');
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < tile.data.length; i++) {
    const entry = high > low ? Math.round(((tile.data[i]! - low) / (high - low)) * 255) * 3 : 0;
    data.set(colours.subarray(entry, entry + 3), i * 3);
  }
  return { width, height, data };
}
