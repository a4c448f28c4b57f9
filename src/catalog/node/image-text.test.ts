import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { path } from '../../../test/transformers.js';
import { openModel } from './open.js';

const folder = path('clip-openclip');
const scratch = mkdtempSync(join(tmpdir(), 'image-text-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('folders of image-text models', () => {
  it('open as their vision tower, and encode texts', async () => {
    const model = await openModel(folder);
    expect(model.path).toBe(join(folder, 'onnx/vision_model.onnx'));
    expect(model.embeds).toBe(true);
    const { vectors, phrases, notes } = await model.encodeTexts!(['a dog', 'a dog', 'a red car']);
    expect(vectors.shape).toEqual([3, 24]);
    expect(phrases.length).toBe(3);
    expect(notes).toEqual([]);
    expect(vectors.data.slice(0, 24)).toEqual(vectors.data.slice(24, 48));
    expect(vectors.data.slice(0, 24)).not.toEqual(vectors.data.slice(48));
  });

  it('cut texts that the tower has no room for, and say so', async () => {
    const { encodeTexts } = await openModel(folder);
    const { notes } = await encodeTexts!([new Array(20).fill('dog').join(' ')]);
    expect(notes[0]).toMatch(/has 22 tokens; the text tower takes 16, the rest was cut off/);
  });

  it('find the text tower beside a vision tower that is named', async () => {
    const { encodeTexts } = await openModel(join(folder, 'onnx/vision_model.onnx'));
    expect((await encodeTexts!(['a dog'])).vectors.shape).toEqual([1, 24]);
  });

  it('say what is missing', async () => {
    symlinkSync(join(folder, 'onnx/vision_model.onnx'), join(scratch, 'vision_model.onnx'));
    const model = await openModel(scratch);
    await expect(model.encodeTexts!(['a dog'])).rejects.toThrow(
      /has no text_model\.onnx, so texts cannot be read; give --text-embedding/,
    );
    symlinkSync(join(folder, 'onnx/text_model.onnx'), join(scratch, 'text_model.onnx'));
    const both = await openModel(scratch);
    await expect(both.encodeTexts!(['a dog'])).rejects.toThrow(/there is no .*tokenizer\.json/);
  });
});
