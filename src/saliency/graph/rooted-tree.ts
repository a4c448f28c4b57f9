/** A spanning tree hung from pixel 0, breadth first. */
import type { SpanningTree } from './spanning-tree.js';

export interface RootedTree {
  /** All pixels, each after its parent. */
  readonly order: Int32Array;
  /** The parent of each pixel; -1 of the root. */
  readonly parent: Int32Array;
}

/** Neighbours are visited by index: up, left, right, down. */
export function rootedTree({ width, height, edges }: SpanningTree): RootedTree {
  const pixels = width * height;
  const hasRight = new Uint8Array(pixels);
  const hasBelow = new Uint8Array(pixels);
  for (const edge of edges) (edge & 1 ? hasBelow : hasRight)[edge >>> 1] = 1;
  const order = new Int32Array(pixels);
  const parent = new Int32Array(pixels).fill(-2);
  parent[0] = -1;
  let found = 1;
  const visit = (pixel: number, from: number) => {
    if (parent[pixel] !== -2) return;
    parent[pixel] = from;
    order[found++] = pixel;
  };
  for (let next = 0; next < pixels; next++) {
    const pixel = order[next]!;
    if (pixel >= width && hasBelow[pixel - width]) visit(pixel - width, pixel);
    if (pixel > 0 && hasRight[pixel - 1]) visit(pixel - 1, pixel);
    if (hasRight[pixel]) visit(pixel + 1, pixel);
    if (hasBelow[pixel]) visit(pixel + width, pixel);
  }
  return { order, parent };
}
