/** Scenes in words. */
import type { Factors } from './factors.js';

/** "a red circle on blue stripes"; without an object only the context. Distractors and tags are not spoken of. */
export function caption({ context, object }: Factors): string {
  const ground = `${context.colour} ${context.texture}`;
  return object ? `${article(object.colour)} ${object.colour} ${object.shape} on ${ground}` : ground;
}

const article = (word: string) => (/^[aeiou]/.test(word) ? 'an' : 'a');
