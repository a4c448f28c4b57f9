/** `sightline crop`: cuts photos to an aspect ratio around what stands out in them. */
import { Command } from 'commander';
import { inputName, openPhoto } from '../catalog/node/photo.js';
import { fail } from '../errors.js';
import { blank, paste } from '../image/index.js';
import { encodePng } from '../image/node/index.js';
import { readOptions } from '../options.js';
import { salientCrop } from '../saliency/crop.js';
import { pictureFromImage } from '../saliency/picture.js';
import { saliencyMethods, saliencyNamed } from '../saliency/registry.js';
import { saliency } from '../saliency/saliency.js';
import { keyValues } from './arguments.js';
import { reportFailures } from './failures.js';
import { requireDistinct } from './image-files.js';
import { requireWritable, writeFiles } from './output.js';

interface Arguments {
  readonly aspect: string;
  readonly method: string;
  readonly scale: string;
  readonly set: readonly string[];
  readonly out: string;
}

export function cropCommand(): Command {
  return new Command('crop')
    .description('cut photos to an aspect ratio so that what stands out stays in; needs no model')
    .argument('<photo...>', 'photos')
    .requiredOption('-a, --aspect <width:height>', 'such as 16:9, 1:1 or 0.75')
    .option('-x, --method <name>', `one of ${saliencyMethods.map(({ name }) => name).join(', ')}`, 'spectral-residual')
    .option('--scale <part>', 'size of the crop, as a part of the largest that fits', '1')
    .option(
      '-s, --set <key=value>',
      'an option of the method; repeatable',
      (value, before: readonly string[]) => [...before, value],
      [],
    )
    .option('-o, --out <folder>', 'where the files go', '.')
    .action(run);
}

async function run(photos: readonly string[], args: Arguments): Promise<void> {
  const aspect = aspectOf(args.aspect);
  const scale = Number(args.scale);
  if (!(scale > 0 && scale <= 1)) fail(`--scale is above 0 and at most 1, not ${args.scale}`);
  const method = saliencyNamed(args.method);
  const options = keyValues('--set', args.set);
  readOptions(method.name, method.options, options);
  requireDistinct(photos);
  requireWritable(args.out);
  const failures: [string, Error][] = [];
  for (const path of photos) {
    try {
      const { image: photo } = await openPhoto(path);
      const { x, y, width, height, kept } = salientCrop(saliency(pictureFromImage(photo), method, options), aspect, scale);
      const part = blank(width, height);
      paste(photo, part, -x, -y);
      const [file] = writeFiles(args.out, { [`${inputName(path)}.crop.png`]: await encodePng(part) });
      const place = `${width}x${height} at column ${x}, row ${y}, with ${(100 * kept).toFixed(0)}% of the saliency`;
      process.stdout.write(`${path}\n  crop      ${place}\n  file      ${file}\n`);
    } catch (error) {
      failures.push([path, error as Error]);
    }
  }
  if (failures.length) reportFailures(failures, photos.length, 'photos');
}

/** @throws UserError for what is neither a ratio nor a number above zero */
function aspectOf(text: string): number {
  const [width, height = '1', ...rest] = text.split(':');
  const aspect = Number(width) / Number(height);
  return rest.length === 0 && Number(width) > 0 && aspect > 0 && aspect < Infinity
    ? aspect
    : fail(`--aspect takes a ratio such as 16:9, not "${text}"`);
}
