/** The small picture on which spectral methods work: 64 pixels wide, since they find what is large on it. */
import type { Plane } from '../../image/image.js';
import { resizeBicubic } from '../filter/bicubic.js';
import type { Field } from '../plane.js';

const WIDTH = 64;
/** A strip of one pixel by a thousand would become 64 by 64 000. */
const GREATEST_HEIGHT = 4096;

/** 64 wide and in proportion, rounded up: MATLAB's imresize(map, [NaN 64]). Pictures taller than 64 times their width are compressed. */
export function atWorkingSize(map: Plane | Field): Field {
  const height = Math.min(GREATEST_HEIGHT, Math.ceil((WIDTH * map.height) / map.width));
  return resizeBicubic(map, WIDTH, height);
}
