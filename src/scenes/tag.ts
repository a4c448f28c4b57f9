/** Tags: small black and white signs in a corner, such as a camera or an archive leaves. */
import type { Corner, TagKind } from './factors.js';

/** White cells of the inner 4 x 4; a black frame goes around them. */
const glyphs: Readonly<Record<TagKind, readonly string[]>> = {
  solid: ['####', '####', '####', '####'],
  horizontal: ['####', '####', '....', '....'],
  vertical: ['##..', '##..', '##..', '##..'],
  checked: ['##..', '##..', '..##', '..##'],
  novel: ['####', '#..#', '#..#', '####'],
};

const CELLS = 6;

/** The pixels that a tag covers, in an image of this side. */
export function tagBox(corner: Corner, size: number): { readonly left: number; readonly top: number; readonly side: number } {
  const side = Math.max(Math.round((size * CELLS) / 64), 1);
  const margin = Math.round(size / 64);
  const [vertical, horizontal] = corner.split('-');
  const far = size - margin - side;
  return { left: horizontal === 'left' ? margin : far, top: vertical === 'top' ? margin : far, side };
}

/** Whether a tag is white at a pixel of its box. */
export function tagIsWhite(kind: TagKind, column: number, row: number, side: number): boolean {
  const cell = (at: number) => Math.floor((at * CELLS) / side) - 1;
  return glyphs[kind][cell(row)]?.[cell(column)] === '#';
}
