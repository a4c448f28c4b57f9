/** Computes a classical saliency map: checks the options, and answers for pictures that show nothing. */
import type { Plane } from '../image/image.js';
import { type GivenOptions, readOptions } from '../options.js';
import type { SaliencyMethod, Show } from './method.js';
import { checkPicture, isConstant, type Picture } from './picture.js';
import { emptyPlane } from './plane.js';
import { saliencyNamed } from './registry.js';

/**
 * The map of a picture by a method, of the picture's size. A picture of one colour has no saliency: its map is zero.
 * @param method a method, or its name
 * @param given options as text or values; defaults for the rest
 * @param show receives intermediate maps
 * @throws UserError for an unknown method, an unknown option, a value out of range, or a picture that is none (NaN, levels that are missing)
 */
export function saliency(picture: Picture, method: SaliencyMethod | string, given: GivenOptions = {}, show?: Show): Plane {
  const chosen = typeof method === 'string' ? saliencyNamed(method) : method;
  const options = readOptions(chosen.name, chosen.options, given);
  checkPicture(picture);
  if (!chosen.blind && isConstant(picture)) return emptyPlane(picture);
  return chosen.compute(picture, options, show);
}
