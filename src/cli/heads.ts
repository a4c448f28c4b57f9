/** `sightline heads`: what the heads of an image-text model look for, in words. */
import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { openModel } from '../catalog/node/open.js';
import { fail } from '../errors.js';
import { type NamedHead, nameHeads } from '../explain/heads/heads.js';
import { list } from './arguments.js';
import { readInput } from './explain.js';
import { imageFiles } from './image-files.js';
import { progressBar } from './progress.js';

interface Arguments {
  readonly model: string;
  readonly texts: string;
  readonly blocks?: string;
  readonly count: string;
  readonly json?: boolean;
}

export function headsCommand(): Command {
  return new Command('heads')
    .description('name the attention heads of an image-text model by texts along which they tell images apart (TEXTSPAN)')
    .argument('<images...>', 'photos, .npy inputs, or folders of them; the more, the better')
    .requiredOption('-m, --model <folder>', 'a folder with vision_model.onnx, text_model.onnx and tokenizer.json')
    .requiredOption('--texts <file>', 'texts to choose from, one a line')
    .option('--blocks <list>', 'which blocks, from zero (default: the last four)')
    .option('--count <n>', 'texts per head', '5')
    .option('--json', 'print JSON')
    .action(run);
}

async function run(inputs: readonly string[], { model: name, texts: file, blocks, count, json }: Arguments): Promise<void> {
  if (!existsSync(file)) fail(`there is no file ${file}`);
  const phrases = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim());
  if (phrases.length === 0) fail(`${file} has no texts`);
  const number = Number(count);
  if (!Number.isInteger(number) || number < 1) fail(`--count is a whole number from 1, not ${count}`);
  const paths = inputs.flatMap(imageFiles);
  const model = await openModel(name);
  if (!model.encodeTexts) fail(`${name} has no text tower, so its heads cannot be named by texts`);
  const texts = await model.encodeTexts!(phrases);
  const progress = progressBar(paths.length);
  const images = async function* () {
    for (const path of paths) yield (await readInput(path, model)).tensor;
  };
  const heads = await nameHeads(model, texts, images(), {
    blocks: blocks === undefined ? undefined : list(blocks).map(Number),
    count: number,
    onImage: (done) => progress.update(done, 'heads'),
  });
  progress.end();
  process.stdout.write(json ? `${JSON.stringify(heads, null, 2)}\n` : heads.map(described).join(''));
}

function described({ block, head, texts }: NamedHead): string {
  const lines = texts.map(({ phrase, explained }) => `    ${(100 * explained).toFixed(1).padStart(5)} %  ${phrase}\n`);
  return `${block}.${head}\n${lines.join('')}`;
}
