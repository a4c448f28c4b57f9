/** Sentences that a class name is put into: the mean of their vectors stands for the class better than the name alone. */
import { fail } from '../errors.js';
import type { Texts } from '../explain/text-scores.js';
import { unitRows } from '../explain/text-scores.js';

/** The sentences that OpenAI's CLIP was evaluated on ImageNet with (github.com/openai/CLIP, MIT). */
export const openaiTemplates: readonly string[] = [
  'a bad photo of a {}.',
  'a photo of many {}.',
  'a sculpture of a {}.',
  'a photo of the hard to see {}.',
  'a low resolution photo of the {}.',
  'a rendering of a {}.',
  'graffiti of a {}.',
  'a bad photo of the {}.',
  'a cropped photo of the {}.',
  'a tattoo of a {}.',
  'the embroidered {}.',
  'a photo of a hard to see {}.',
  'a bright photo of a {}.',
  'a photo of a clean {}.',
  'a photo of a dirty {}.',
  'a dark photo of the {}.',
  'a drawing of a {}.',
  'a photo of my {}.',
  'the plastic {}.',
  'a photo of the cool {}.',
  'a close-up photo of a {}.',
  'a black and white photo of the {}.',
  'a painting of the {}.',
  'a painting of a {}.',
  'a pixelated photo of the {}.',
  'a sculpture of the {}.',
  'a bright photo of the {}.',
  'a cropped photo of a {}.',
  'a plastic {}.',
  'a photo of the dirty {}.',
  'a jpeg corrupted photo of a {}.',
  'a blurry photo of the {}.',
  'a photo of the {}.',
  'a good photo of the {}.',
  'a rendering of the {}.',
  'a {} in a video game.',
  'a photo of one {}.',
  'a doodle of a {}.',
  'a close-up photo of the {}.',
  'a photo of a {}.',
  'the origami {}.',
  'the {} in a video game.',
  'a sketch of a {}.',
  'a doodle of the {}.',
  'a origami {}.',
  'a low resolution photo of a {}.',
  'the toy {}.',
  'a rendition of the {}.',
  'a photo of the clean {}.',
  'a photo of a large {}.',
  'a rendition of a {}.',
  'a photo of a nice {}.',
  'a photo of a weird {}.',
  'a blurry photo of a {}.',
  'a cartoon {}.',
  'art of a {}.',
  'a sketch of the {}.',
  'a embroidered {}.',
  'a pixelated photo of a {}.',
  'itap of the {}.',
  'a jpeg corrupted photo of the {}.',
  'a good photo of a {}.',
  'a plushie {}.',
  'a photo of the nice {}.',
  'a photo of the small {}.',
  'a photo of the weird {}.',
  'the cartoon {}.',
  'art of the {}.',
  'a drawing of the {}.',
  'a photo of the large {}.',
  'a black and white photo of a {}.',
  'the plushie {}.',
  'a dark photo of a {}.',
  'itap of a {}.',
  'graffiti of the {}.',
  'a toy {}.',
  'itap of my {}.',
  'a photo of a cool {}.',
  'a photo of a small {}.',
  'a tattoo of the {}.',
];

/** @throws UserError for a template without a place for the name */
export function filled(templates: readonly string[], name: string): string[] {
  return templates.map((template) => {
    if (!template.includes('{}')) fail(`the template "${template}" has no {} where the text goes`);
    return template.replaceAll('{}', () => name);
  });
}

/** One vector per text: the mean of the vectors of length 1 of all its sentences. */
export function ensemble(phrases: readonly string[], { vectors: { shape, data } }: Texts): Texts {
  const [sentences, length] = shape as [number, number];
  const each = sentences / phrases.length;
  const units = unitRows({ shape, data });
  const means = new Float32Array(phrases.length * length);
  for (let row = 0; row < sentences; row++) {
    for (let i = 0; i < length; i++) means[Math.floor(row / each) * length + i]! += units[row * length + i]! / each;
  }
  return { phrases, vectors: { shape: [phrases.length, length], data: means } };
}
