/** Images given as files, folders of them, or scenes. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isScene } from '../catalog/node/photo.js';
import { fail } from '../errors.js';

/** The file, or the photos and arrays of the folder, by name. @throws UserError if there are none */
export function imageFiles(path: string): string[] {
  if (isScene(path)) return [path];
  if (!existsSync(path)) fail(`there is no image or folder ${path}`);
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path).filter((file) => /\.(png|jpe?g|webp|gif|tiff?|avif|npy)$/i.test(file));
  return files.length ? files.sort().map((file) => join(path, file)) : fail(`${path} holds no images`);
}
