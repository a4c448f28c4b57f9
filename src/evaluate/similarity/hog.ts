/** Histograms of oriented gradients: what edges a map has where, to compare maps by their structure. */
import { fail } from '../../errors.js';
import type { HeatMap } from '../map/heat-map.js';
import { spearman } from './spearman.js';

export interface HogOptions {
  /** Bins over 180 degrees. Default 9. */
  readonly orientations?: number;
  /** Side of a cell in pixels. Default 16, as Adebayo et al. 2018. */
  readonly cell?: number;
  /** Side of a block in cells. Default 3. */
  readonly block?: number;
}

const EPSILON = 1e-5;
/** L2-Hys: values of a normalised block are cut here, then the block is normalised again. */
const CUT = 0.2;

/**
 * The descriptor, [block rows, block columns, block, block, orientations] flat. Dalal and Triggs, CVPR 2005, equal to
 * `skimage.feature.hog` (central differences, no interpolation between bins, L2-Hys).
 * @throws UserError if the map has fewer cells than a block
 */
export function hog(map: HeatMap, { orientations = 9, cell = 16, block = 3 }: HogOptions = {}): Float64Array {
  const [columns, rows] = [Math.floor(map.width / cell), Math.floor(map.height / cell)];
  if (columns < block || rows < block) {
    fail(
      `hog needs at least ${block * cell}x${block * cell} pixels (${block} cells of ${cell}), the map has ${map.width}x${map.height}`,
    );
  }
  const cells = cellHistograms(map, { orientations, cell, columns, rows });
  const descriptor: number[] = [];
  for (let y = 0; y + block <= rows; y++) {
    for (let x = 0; x + block <= columns; x++) {
      const values: number[] = [];
      for (let dy = 0; dy < block; dy++) {
        const start = ((y + dy) * columns + x) * orientations;
        for (let i = 0; i < block * orientations; i++) values.push(cells[start + i]!);
      }
      descriptor.push(...normalised(normalised(values).map((value) => Math.min(value, CUT))));
    }
  }
  return Float64Array.from(descriptor);
}

/** Spearman's correlation of the descriptors of two maps, -1 to 1: the third measure of Adebayo et al., NeurIPS 2018. */
export function hogSimilarity(a: HeatMap, b: HeatMap, options: HogOptions = {}): number {
  return spearman(hog(a, options), hog(b, options));
}

interface Grid {
  readonly orientations: number;
  readonly cell: number;
  readonly columns: number;
  readonly rows: number;
}

/**
 * Mean gradient magnitude by orientation in each cell; pixels beyond the last whole cell do not count. Summed in single precision, as
 * scikit-image does: where a cell is nearly flat, its normalised block shows the difference.
 */
function cellHistograms({ width, height, data }: HeatMap, { orientations, cell, columns, rows }: Grid): Float64Array {
  const histograms = new Float64Array(rows * columns * orientations);
  for (let y = 0; y < rows * cell; y++) {
    for (let x = 0; x < columns * cell; x++) {
      const i = y * width + x;
      const dy = y > 0 && y < height - 1 ? data[i + width]! - data[i - width]! : 0;
      const dx = x > 0 && x < width - 1 ? data[i + 1]! - data[i - 1]! : 0;
      const degrees = ((((Math.atan2(dy, dx) * 180) / Math.PI) % 180) + 180) % 180;
      const bin = Math.floor((degrees * orientations) / 180);
      const at = Math.floor(y / cell) * columns + Math.floor(x / cell);
      const sum = at * orientations + bin;
      histograms[sum] = Math.fround(histograms[sum]! + Math.hypot(dx, dy));
    }
  }
  return histograms.map((sum) => Math.fround(sum / cell ** 2));
}

function normalised(values: readonly number[]): number[] {
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, EPSILON ** 2));
  return values.map((value) => value / norm);
}
