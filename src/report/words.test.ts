import { expect, it } from 'vitest';
import { colouredWords, describeWords } from './words.js';

const words = {
  method: 'occlusion',
  relevances: [
    { token: '<|start|>', relevance: 9, isSpecial: true },
    { token: 'a', relevance: 0 },
    { token: '<red>', relevance: 0.04567 },
    { token: 'dog', relevance: -0.0228 },
  ],
};

it('words are told in a line, without what stands around them', () => {
  expect(describeWords(words)).toBe('a 0, <red> +0.046, dog -0.023, by occlusion');
});

it('words are coloured by sign and by strength beside the strongest', () => {
  const page = colouredWords(words);
  expect(page).toContain('rgb(220 38 38 / 0.750)" title="+0.046">&lt;red&gt;</span>');
  expect(page).toMatch(/rgb\(37 99 235 \/ 0\.37\d\)" title="-0\.023">dog/);
  expect(page).toContain('class="special" style="background:rgb(220 38 38 / 0.750)" title="+9">&lt;|start|&gt;');
  expect(page).toContain('by occlusion');
});
