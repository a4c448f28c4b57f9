/** In a grid of several images, does the map of a class stay on that class's image? */
import { fail } from '../../errors.js';
import type { HeatMap } from '../map/heat-map.js';

/**
 * Positive attribution in one cell of an n x n mosaic / all positive attribution. 0 to 1, higher is better, chance 1/n^2; 0 where there is (almost)
 * no positive attribution. Böhle et al., CVPR 2021; Rao et al., CVPR 2022 (GridPG, DiFull, DiPart differ in the model, not in this number).
 *
 * Pitfall: mosaics are no images of the training set; only cells that the model classifies with confidence on their own may be used.
 * @param cell row and column of the class's own image
 * @throws UserError if the map cannot be cut into n x n equal cells, or there is no such cell
 */
export function gridPointingGame(map: HeatMap, n: number, [row, column]: readonly [number, number]): number {
  if (map.width % n !== 0 || map.height % n !== 0)
    fail(`a map of ${map.width}x${map.height} cannot be cut into ${n}x${n} equal cells`);
  if (row < 0 || row >= n || column < 0 || column >= n) fail(`there is no cell (${row}, ${column}) in a grid of ${n}x${n}`);
  const [cellWidth, cellHeight] = [map.width / n, map.height / n];
  let [inside, all] = [0, 0];
  for (let i = 0; i < map.data.length; i++) {
    const positive = Math.max(map.data[i]!, 0);
    all += positive;
    const [x, y] = [i % map.width, Math.floor(i / map.width)];
    if (Math.floor(x / cellWidth) === column && Math.floor(y / cellHeight) === row) inside += positive;
  }
  return all > 1e-7 ? inside / all : 0;
}
