/** Causal sufficiency: is the region enough for the decision, whatever is around it? */
import { type Pixels, type Score, scoreEach } from '../faithfulness/pixels.js';
import type { Outcome } from '../model/scorer.js';
import { blended } from './fills.js';
import { complement, type Region } from './regions.js';

/**
 * What the model says when the region stands alone on each of several backgrounds (other photos, a mean grey). A region that is the cause keeps the
 * score on all of them; one that only correlates does not.
 *
 * Pitfall: backgrounds that hold the class themselves, or a stronger one, move the probability for reasons of their own: read the logit too.
 */
export async function sufficiency(
  score: Score<Outcome>,
  image: Pixels,
  region: Region,
  backgrounds: readonly Pixels[],
  feather = 2,
): Promise<readonly Outcome[]> {
  const around = complement(region);
  const pasted = backgrounds.map((background) => blended(image, background, around, feather));
  return scoreEach(score, pasted);
}
