/** Data randomisation: does the map change when the model learned from shuffled labels? */
import type { PreparedMaps } from './preparation.js';
import { type Similarities, similarities } from './similarities.js';

/**
 * Similarity of the maps of a model and of its twin that was trained on permuted labels from the same start, image by image. -1 to 1 for each measure, lower
 * is better: a map that both share comes from the architecture and the image, not from what was learned. Adebayo et al., NeurIPS 2018, section 4.
 *
 * Pitfall: the twin must have learned its labels by heart (high training accuracy), or its map is that of an untrained model, which is another test.
 */
export async function dataRandomisation<Image>(
  images: readonly Image[],
  trained: (image: Image) => Promise<PreparedMaps>,
  shuffled: (image: Image) => Promise<PreparedMaps>,
): Promise<Similarities[]> {
  const results: Similarities[] = [];
  for (const image of images) results.push(similarities(await trained(image), await shuffled(image)));
  return results;
}
