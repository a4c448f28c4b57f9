import { describe, expect, it } from 'vitest';
import { didYouMean, nearNames } from './errors.js';

describe('near names', () => {
  it.each([
    ['gradcam', ['gradient', 'grad-cam', 'lrp'], ['grad-cam']],
    ['relu_2', ['/layer/relu_2/Relu_output_0', 'conv'], ['/layer/relu_2/Relu_output_0']],
    ['zzz', ['gradient', 'grad-cam'], []],
  ])('of %s among %j', (name, candidates, near) => {
    expect(nearNames(name, candidates)).toEqual(near);
  });

  it('make a question, or nothing', () => {
    expect(didYouMean('hires', ['hires-cam', 'cam'])).toBe('; did you mean "hires-cam"?');
    expect(didYouMean('xyz', ['gradient'])).toBe('');
  });
});
