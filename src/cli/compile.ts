/** `sightline compile`: writes an explanation as a stand-alone ONNX model. */
import { basename, dirname } from 'node:path';
import { Command } from 'commander';
import { fail } from '../errors.js';
import { planExplainer } from '../explain/explain.js';
import { methodNamed, methods } from '../methods/registry.js';
import { encodeModel } from '../onnx/codec/index.js';
import { keyValues, list, listOf, textOrFile } from './arguments.js';
import { openModel } from './open-model.js';
import { requireWritableFile, writeFiles } from './output.js';

interface Arguments {
  readonly method: string;
  readonly out: string;
  readonly layer?: string;
  readonly output?: string;
  readonly set: readonly string[];
  readonly shape?: string;
}

export function compileCommand(): Command {
  return new Command('compile')
    .description('write the explanation as an ONNX model: inputs of the model and target, its outputs and attribution')
    .argument('<model>', 'an .onnx file, a folder with one, or a bundled name')
    .option('-x, --method <name>', `one of ${methods.map(({ name }) => name).join(', ')}`, 'grad-cam')
    .requiredOption('-o, --out <file.onnx>', 'the file to write')
    .option('-l, --layer <names>', 'tensors or nodes for class activation maps (default: the last feature map)')
    .option('--output <name>', 'the output to explain, where there are several')
    .option(
      '-s, --set <key=value>',
      'an option of the method; repeatable',
      (value, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--shape <sizes>', 'sizes of the image input, such as 1,3,224,224, where the model leaves them open')
    .action(run);
}

async function run(name: string, args: Arguments): Promise<void> {
  const folder = dirname(args.out);
  requireWritableFile(args.out);
  const method = methodNamed(args.method);
  const model = await openModel(name);
  const options = {
    options: Object.fromEntries(Object.entries(keyValues('--set', args.set)).map(([key, text]) => [key, textOrFile(text)])),
    output: args.output,
    ...(model.embeds && { texts: 'open' as const }),
    ...(args.layer !== undefined && { layers: listOf('--layer', args.layer) }),
  };
  const { explainer } = planExplainer(model, method, shapeOf(args.shape), options, 'model');
  // A graph that the runtime refuses is not worth writing.
  await (await model.runtime.load(explainer.graph, { weights: model.weights })).dispose();
  const metadata = { 'sightline.method': method.name, 'sightline.options': JSON.stringify(explainer.maps[0]!.options) };
  const [path] = writeFiles(folder, { [basename(args.out)]: encodeModel(explainer.graph, { metadata }) });
  const names = explainer.graph.inputs.map(({ name: input }) => input).join(', ');
  process.stdout.write(
    `${path}: ${method.name}; inputs ${names}; outputs ${explainer.graph.outputs.map((output) => output.name).join(', ')}\n`,
  );
}

function shapeOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const sizes = list(text).map(Number);
  return sizes.every((size) => Number.isInteger(size) && size !== 0)
    ? sizes
    : fail(`--shape takes whole numbers such as 1,3,224,224, not "${text}"`);
}
