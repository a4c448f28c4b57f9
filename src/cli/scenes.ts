/** `sightline scenes`: images of which it is known what matters in them. */
import { Command } from 'commander';
import { fail } from '../errors.js';
import { sceneNumber } from '../scenes/index.js';
import { numberOf } from './arguments.js';
import { requireWritable } from './output.js';
import { progressBar } from './progress.js';
import { sceneName, writeScenes } from './scene-files.js';

interface Arguments {
  readonly count: string;
  readonly seed: string;
  readonly size: string;
  readonly npy?: boolean;
  readonly twins?: boolean;
  readonly out: string;
}

export function scenesCommand(): Command {
  return new Command('scenes')
    .description('make images with known ground truth: an object on a context, perhaps a tag and a distractor, with all masks')
    .option('--count <n>', 'how many', '16')
    .option('--seed <s>', 'number of the first; a number always means the same scene', '1')
    .option('--size <pixels>', 'side of the images', '64')
    .option('--twins', 'also the same scenes with one factor changed: another object, another context, no tag ...')
    .option('--npy', 'arrays of bytes for training, ten thousand scenes each, instead of pictures')
    .option('-o, --out <folder>', 'where the files go', 'scenes')
    .action(run);
}

async function run({ count: countText, seed, size: sizeText, npy = false, twins = false, out }: Arguments): Promise<void> {
  const count = Number(countText);
  if (!Number.isInteger(count) || count < 1) fail(`--count is a whole number above 0, not ${countText}`);
  const first = sceneNumber(numberOf('--seed', seed));
  sceneNumber(first + count - 1);
  requireWritable(out);
  const progress = progressBar(count);
  const onScene = (done: number) => progress.update(done, sceneName(first + done - 1));
  try {
    await writeScenes(out, { first, count, size: numberOf('--size', sizeText), twins }, { asArrays: npy, onScene });
  } finally {
    progress.end();
  }
  process.stdout.write(`${out}: ${count} scenes, ${sceneName(first)} to ${sceneName(first + count - 1)}, and index.jsonl\n`);
}
