/** `sightline heads`: what the heads of a transformer add to an image's score; or what they look for, in words. */
import { Command } from 'commander';
import { fail } from '../errors.js';
import { type NamedHead, nameHeads } from '../explain/heads/heads.js';
import { list, numberOf, readLines } from './arguments.js';
import { readInput } from './explain.js';
import { type ContributionArguments, printContributions } from './head-contributions.js';
import { imageFiles } from './image-files.js';
import { openModel } from './open-model.js';
import { progressBar } from './progress.js';

interface Arguments extends ContributionArguments {
  readonly model: string;
  readonly texts?: string;
  readonly blocks?: string;
  readonly count: string;
}

export function headsCommand(): Command {
  const repeatable = (value: string, before: readonly string[]) => [...before, value];
  return new Command('heads')
    .description(
      "list what each attention head adds to an image's score; with --texts, name heads by texts along which they tell images apart (TEXTSPAN)",
    )
    .argument('<images...>', 'photos, .npy inputs, scenes, or folders of them; to name heads, the more, the better')
    .requiredOption(
      '-m, --model <model>',
      'a vision transformer, or a folder with vision_model.onnx, text_model.onnx and tokenizer.json',
    )
    .option('--text <phrase>', 'image-text models: the score to take apart; repeatable, then --target says which', repeatable, [])
    .option(
      '--templates <name>',
      'put each --text into sentences and take their mean: openai (80), or a file with {} in each line',
    )
    .option('--text-embedding <t.npy>', 'the same with the text vector given, [D] float32')
    .option('-t, --target <target>', 'class or text to take apart: top, an index or a label', 'top')
    .option('--output <name>', 'the output to explain, where there are several')
    .option('--top <n>', 'how many heads to print, the strongest, or all', '16')
    .option('--ablate <heads>', 'also the score without some heads: a list of block.head from zero')
    .option('--mean <folder>', 'what stands in place of a head: its mean over these images (default: zero)')
    .option('--texts <file>', 'name heads instead: texts to choose from, one a line')
    .option('--blocks <list>', 'with --texts: which blocks, from zero (default: the last four)')
    .option('--count <n>', 'with --texts: texts per head', '5')
    .option('--json', 'print JSON')
    .action(run);
}

async function run(inputs: readonly string[], args: Arguments): Promise<void> {
  const { texts } = args;
  if (texts === undefined) return printContributions(inputs, await openModel(args.model), args);
  if (args.text.length || args.textEmbedding !== undefined)
    fail('--texts names heads, and --text takes a score apart: give one of the two');
  await printNames(inputs, { ...args, texts });
}

async function printNames(
  inputs: readonly string[],
  { model: name, texts: file, blocks, count, json }: Arguments & { readonly texts: string },
): Promise<void> {
  const phrases = readLines(file);
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
    blocks: blocks === undefined ? undefined : list(blocks).map((block) => numberOf('--blocks', block)),
    count: number,
    onImage: (done) => progress.update(done, 'heads'),
  });
  progress.end();
  process.stdout.write(json ? `${JSON.stringify(heads, null, 2)}\n` : namesTable(heads));
}

/** One line per text: the head, how much of its variance this text and those before account for, the text. */
function namesTable(heads: readonly NamedHead[]): string {
  const lines = heads.flatMap(({ block, head, texts }) =>
    texts.map(({ phrase, explained }, i) => {
      const name = i ? '' : `${block}.${head}`;
      return `${name.padEnd(6)} ${(100 * explained).toFixed(1).padStart(5)} %  ${phrase}`;
    }),
  );
  return `${['head    var.   text', ...lines].join('\n')}\n`;
}
