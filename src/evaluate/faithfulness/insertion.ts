/** Insertion: how fast the score rises when the map's strongest pixels are put in first. */
import type { HeatMap } from '../map/heat-map.js';
import { riseBlur } from './blur.js';
import { type DeletionOptions, orderFor, stepFor } from './deletion.js';
import { type PerturbationCurve, perturbationCurve } from './perturbation-curve.js';
import { checkMapFits, constantPixels, type Pixels, type Score } from './pixels.js';

/**
 * The insertion curve. Its AUC has the range of the score; higher is better. Petsiuk et al., "RISE", BMVC 2018: there it starts from the blurred image
 * (dialect `rise`, the default baseline here too); torch-cam starts from zeros.
 *
 * Pitfalls: compact maps win over true but scattered evidence; a blurred start still holds colour and coarse shape, so a score may be high before
 * anything is put in (read the normalised AUC); only the map's order counts.
 * @throws UserError if the map has another size than the image
 */
export function insertion(score: Score, image: Pixels, map: HeatMap, options: DeletionOptions = {}): Promise<PerturbationCurve> {
  checkMapFits(image, map);
  const { dialect = 'torchcam', baseline = dialect === 'rise' ? riseBlur(image) : 0 } = options;
  const from = typeof baseline === 'number' ? constantPixels(image, baseline) : baseline;
  return perturbationCurve(score, { from, to: image, order: orderFor(map, dialect), step: stepFor(map, options), dialect });
}
