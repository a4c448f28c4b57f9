/** What a score is called: its class's label, or its place in an output with several axes of scores. */
import { placeOfIndex } from '../explain/dense-scores.js';
import type { Explanation } from '../explain/explanation.js';

/** Names of the scores that an explanation's indices mean. */
export function scoreNames(
  { scoresShape }: Pick<Explanation, 'scoresShape'>,
  labels: readonly string[] | undefined,
): (index: number) => string {
  return (index) => {
    const place = placeOfIndex(index, scoresShape);
    return place ? `place ${place.join('/')}` : (labels?.[index] ?? `class ${index}`);
  };
}
