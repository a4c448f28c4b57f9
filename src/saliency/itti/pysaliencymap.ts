/** The saliency map of pySaliencyMap, the implementation that most people run. */
import type { Plane } from '../../image/image.js';
import { mildBilateral } from '../filter/bilateral.js';
import { resizeInto } from '../filter/bilinear.js';
import { directions } from '../filter/gabor.js';
import { pyramid, pyrDownOf, type ReadRow } from '../filter/pyramid.js';
import type { Show } from '../method.js';
import type { Picture } from '../picture.js';
import { addTo, emptyPlane, minMax } from '../plane.js';
import { centers, contrastsAcrossScales, lastLevel } from './contrast.js';
import { orientationAnswers } from './gabor-tables.js';
import { addPromotedByBlocks, promotedByBlocks } from './promotion.js';

/** Motion has the remaining 0.2; a still has none. */
const weights = { intensity: 0.3, colour: 0.3, orientation: 0.2 };

/** 0 to 1. Equal to pySaliencyMap within 1e-4 where both sides are above 256; below, it would fail. */
export function pySaliencyMap(picture: Picture, show?: Show): Plane {
  const [intensities, redGreens, blueYellows] = pyrDownOf(picture, 3, features(picture)).map((half) =>
    pyramid(half, lastLevel, 1),
  ) as [Plane[], Plane[], Plane[]];
  const intensity = contrasts(intensities);
  const colour = contrasts(redGreens);
  for (const [index, contrast] of contrasts(blueYellows).entries()) addTo(colour[index]!, contrast);
  show?.('intensity conspicuity', atFullSize(intensity, emptyPlane(picture)));
  show?.('colour conspicuity', atFullSize(colour, emptyPlane(picture)));

  // Resizing is linear: what belongs together is added at its own level first.
  const sum = atFullSize(
    intensity.map((contrast, index) => {
      const both = emptyPlane(contrast);
      addTo(both, contrast, weights.intensity);
      addTo(both, colour[index]!, weights.colour);
      return both;
    }),
    emptyPlane(picture),
  );
  addOrientation(sum, intensities, show);
  return mildBilateral(minMax(sum), { value: 3, place: 1.55 });
}

function addOrientation(sum: Plane, intensities: readonly Plane[], show?: Show): void {
  const answers = intensities.slice(centers[0]).map(orientationAnswers);
  const conspicuity = show && emptyPlane(sum);
  const map = emptyPlane(sum);
  for (const [index, degrees] of directions.entries()) {
    // Levels below the first centre are not filtered; their places stay empty.
    const levels = [...new Array<Plane>(centers[0]), ...answers.map((planes) => planes[index]!)];
    addPromotedByBlocks(sum, atFullSize(contrasts(levels), map), weights.orientation);
    if (!conspicuity) continue;
    addPromotedByBlocks(conspicuity, map);
    show(`${degrees} degrees`, promotedByBlocks(map));
  }
  if (conspicuity) show('orientation conspicuity', conspicuity);
}

function contrasts(levels: readonly Plane[]): Plane[] {
  return contrastsAcrossScales(levels, -1, (sum, contrast) => addPromotedByBlocks(sum, contrast));
}

/** The sum of maps at the size of a plane, which it overwrites. */
function atFullSize(planes: readonly Plane[], into: Plane): Plane {
  resizeInto(into, ...planes);
  return into;
}

/** Grey, and one-sided differences over the largest channel: max(R - G, 0) and max(B - min(R, G), 0). Of a grey picture the grey alone. */
function features({ width, channels, levels }: Picture): ReadRow {
  const scale = levels instanceof Uint8Array ? 1 / 255 : 1;
  const [second, third] = channels === 3 ? [1, 2] : [0, 0];
  return (y, [intensity, redGreen, blueYellow]) => {
    for (let x = 0, at = y * width * channels; x < width; x++, at += channels) {
      const r = levels[at]!;
      const g = levels[at + second]!;
      const b = levels[at + third]!;
      intensity![x] = (0.299 * r + 0.587 * g + 0.114 * b) * scale;
      const most = Math.max(r, g, b);
      // Differences are in proportion to the largest: where that is 0, so are they.
      const share = most > 0 ? 1 / most : 0;
      redGreen![x] = Math.max(0, r - g) * share;
      blueYellow![x] = Math.max(0, b - Math.min(r, g)) * share;
    }
  };
}
