/** Does it lie where it is said to belong? Asked of images with masks. */
import { baselines } from '../candidates.js';
import type { Evidence } from '../evidence.js';
import { type Answer, type Judgement, none, percent } from '../judgement.js';
import { advantage, estimateOf, isAbove, type Measure, shown } from '../paired.js';

/** How much more of the map is on the mask than of an even map. */
const aboveChance: Measure = ({ localisation }) => localisation && localisation.mass - localisation.area;

/** Relevance mass against the mask's area, and against baselines on the same images. */
export function onMask(all: readonly Evidence[], candidate: string): Judgement {
  const above = estimateOf(all, candidate, aboveChance);
  if (above.n === 0) return none('Not tested.');
  const measure = (name: 'mass' | 'area' | 'rank' | 'hit') =>
    estimateOf(all, candidate, ({ localisation }) => localisation?.[name]);
  const rivals = baselines.map(({ name }) => name).filter((name) => name !== candidate);
  const over = rivals.map((name) => ({ name, ahead: advantage(all, candidate, name, aboveChance) }));
  const evidence = [
    `share of the map on the mask (relevance mass) ${shown(measure('mass'))}; chance, the mask's area: ${shown(measure('area'))}`,
    `share of the strongest pixels, as many as the mask has, that are on it (relevance rank) ${shown(measure('rank'))}`,
    `strongest pixel on the mask (pointing game) ${shown(measure('hit'))}`,
    ...over.map(({ name, ahead }) => `more on the mask than ${name} by ${shown(ahead)}`),
  ];
  const answer = answerFor(above.n, isAbove(above), over);
  const [share, area] = [percent(measure('mass').mean), percent(measure('area').mean)];
  const words = {
    yes: `${share} of it lies there, on ${area} of the image; more than of any baseline.`,
    partly: `${share} of it lies there, on ${area} of the image; not more than of every baseline.`,
    no: `${share} of it lies there, on ${area} of the image: no more than of an even map. That may be the model's fault.`,
    unclear: `${share} of it lies there, on ${area} of the image; these images do not make it certain.`,
  }[answer as 'yes' | 'partly' | 'no' | 'unclear'];
  return { answer, words, evidence };
}

function answerFor(
  n: number,
  above: boolean | undefined,
  over: readonly { readonly ahead: Parameters<typeof isAbove>[0] }[],
): Answer {
  if (n < 2 || above === undefined) return 'unclear';
  if (!above) return 'no';
  return over.every(({ ahead }) => isAbove(ahead) === true) ? 'yes' : 'partly';
}
