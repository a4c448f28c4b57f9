/** Brings a map on the model's canvas back over the photo. */
import type { Image, Plane } from './image.js';
import type { Filter } from './resampling.js';
import { resizePlane } from './resize.js';
import type { View } from './view.js';

/**
 * A map over the original photo, one value a photo pixel. The map may have any grid (7 x 7 of a layer, 224 x 224 of the input); it is
 * taken to cover the canvas edge to edge. Between its cells it is interpolated, by default bilinearly; where a cell is smaller than a
 * photo pixel, all cells in the pixel count. Outside `view.sees`, where the model did not look, it is 0.
 */
export function project(map: Plane, view: View, { filter = 'bilinear' }: { readonly filter?: Filter } = {}): Plane {
  const { photo, covers, sees } = view;
  const across = map.width / (covers.right - covers.left);
  const down = map.height / (covers.bottom - covers.top);
  const box = {
    left: -covers.left * across,
    top: -covers.top * down,
    right: (photo.width - covers.left) * across,
    bottom: (photo.height - covers.top) * down,
  };
  const plane = resizePlane(map, photo.width, photo.height, { box, filter, antialias: true });
  for (let y = 0; y < photo.height; y++) {
    const outside = y + 0.5 < sees.top || y + 0.5 > sees.bottom;
    for (let x = 0; x < photo.width; x++) {
      if (outside || x + 0.5 < sees.left || x + 0.5 > sees.right) plane.data[y * photo.width + x] = 0;
    }
  }
  return plane;
}

/** The photo with the parts outside `view.sees` darkened to a fraction: what the model did not look at. */
export function dimUnseen(photo: Image, { sees }: View, brightness = 0.45): Image {
  const data = photo.data.slice();
  for (let y = 0; y < photo.height; y++) {
    const row = overlap(y, sees.top, sees.bottom);
    for (let x = 0; x < photo.width; x++) {
      const seen = row * overlap(x, sees.left, sees.right);
      if (seen === 1) continue;
      const factor = brightness + (1 - brightness) * seen;
      const at = (y * photo.width + x) * 3;
      for (let c = at; c < at + 3; c++) data[c] = Math.round(data[c]! * factor);
    }
  }
  return { ...photo, data };
}

/** How much of pixel [x, x + 1) lies between start and end. */
const overlap = (x: number, start: number, end: number): number => Math.max(0, Math.min(x + 1, end) - Math.max(x, start));
