/** Images given as files, folders of them, or scenes. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inputName, isScene } from '../catalog/node/photo.js';
import { fail } from '../errors.js';

/** The file, or the photos and arrays of the folder, by name. @throws UserError if there are none */
export function imageFiles(path: string): string[] {
  if (isScene(path)) return [path];
  if (!existsSync(path)) fail(`there is no image or folder ${path}`);
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path).filter((file) => /\.(png|jpe?g|webp|gif|tiff?|avif|npy)$/i.test(file));
  return files.length ? files.sort().map((file) => join(path, file)) : fail(`${path} holds no images`);
}

/** Two inputs of one name would overwrite each other's files. @throws UserError naming both */
export function requireDistinct(inputs: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const input of inputs) {
    const same = seen.get(inputName(input));
    if (same !== undefined)
      fail(`${same} and ${input} would both be written as ${inputName(input)}.*; write them into different folders`);
    seen.set(inputName(input), input);
  }
}
