/** Draws levels of edges: at each pixel the strongest of its edges, or on the grid between the pixels. */
import type { Plane } from '../../image/image.js';
import { emptyPlane } from '../plane.js';
import { endOf, type PixelGraph, startOf } from './pixel-edges.js';

/** Each pixel takes the largest level of its edges. */
export function strongestEdges({ width, height, edges }: Omit<PixelGraph, 'weights'>, levels: Float64Array): Plane {
  const map = emptyPlane({ width, height });
  const { data } = map;
  for (let i = 0; i < edges.length; i++) {
    const level = levels[i]!;
    const start = startOf(edges[i]!);
    const end = endOf(edges[i]!, width);
    if (level > data[start]!) data[start] = level;
    if (level > data[end]!) data[end] = level;
  }
  return map;
}

/**
 * The ultrametric contour map on the Khalimsky grid, (2 width - 1) x (2 height - 1): pixels at even places are 0, edges lie between them,
 * and a corner takes the largest of the four edges that meet there.
 */
export function contourMap({ width, height, edges }: PixelGraph, levels: Float64Array): Plane {
  const map = emptyPlane({ width: 2 * width - 1, height: 2 * height - 1 });
  const { data } = map;
  for (let i = 0; i < edges.length; i++) {
    const pixel = startOf(edges[i]!);
    const place = 2 * Math.floor(pixel / width) * map.width + 2 * (pixel % width);
    data[place + (edges[i]! & 1 ? map.width : 1)] = levels[i]!;
  }
  for (let y = 1; y < map.height; y += 2) {
    for (let x = 1; x < map.width; x += 2) {
      const at = y * map.width + x;
      data[at] = Math.max(data[at - 1]!, data[at + 1]!, data[at - map.width]!, data[at + map.width]!);
    }
  }
  return map;
}
