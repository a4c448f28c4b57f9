/** Which superpixels touch, which lie on the picture's border, and how far apart they are over their neighbours. */
import type { Superpixels } from './superpixels.js';

/** count x count, 1 where two regions share a side. */
export function adjacency({ width, count, labels }: Superpixels): Uint8Array {
  const touching = new Uint8Array(count * count);
  const touch = (a: number, b: number) => {
    if (a === b) return;
    touching[a * count + b] = 1;
    touching[b * count + a] = 1;
  };
  for (let i = 0; i < labels.length; i++) {
    if (i % width < width - 1) touch(labels[i]!, labels[i + 1]!);
    if (i + width < labels.length) touch(labels[i]!, labels[i + width]!);
  }
  return touching;
}

/** 1 for regions with a pixel on the border. */
export function onBorder({ width, height, count, labels }: Superpixels): Uint8Array {
  const border = new Uint8Array(count);
  for (let x = 0; x < width; x++) border[labels[x]!] = border[labels[(height - 1) * width + x]!] = 1;
  for (let y = 0; y < height; y++) border[labels[y * width]!] = border[labels[y * width + width - 1]!] = 1;
  return border;
}

/** Shortest paths between all nodes of a small graph, in place (Floyd, Warshall 1962). Infinity where there is no edge. */
export function shortestPaths(distances: Float64Array, count: number): void {
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < count; i++) {
      const first = distances[i * count + k]!;
      if (first === Infinity) continue;
      for (let j = 0; j < count; j++) {
        const over = first + distances[k * count + j]!;
        if (over < distances[i * count + j]!) distances[i * count + j] = over;
      }
    }
  }
}
