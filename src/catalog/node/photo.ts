/** Images by what a person calls them: a photo's file, or a scene's number. */
import { basename, extname } from 'node:path';
import { didYouMean, fail } from '../../errors.js';
import type { Image } from '../../image/index.js';
import { decodeImage } from '../../image/node/index.js';
import { factorsNamed, renderScene, type Scene, sceneNumber, type TwinKind, twinKinds } from '../../scenes/index.js';

export interface Photo {
  readonly image: Image;
  /** What is known of it, where it is a scene. */
  readonly scene?: Scene;
}

/**
 * The photo in a file, `scene:17`, or that scene's twin `scene:17/no-object`.
 * @throws UserError if there is none, or it cannot be read
 */
export async function openPhoto(source: string): Promise<Photo> {
  if (!isScene(source)) return { image: await decodeImage(source) };
  const scene = sceneNamed(source);
  return { image: scene.image, scene };
}

/** The stem of files about an input: the file's own, or "scene-17-no-object". */
export function inputName(source: string): string {
  return isScene(source) ? source.replace(/[:/]/g, '-') : basename(source, extname(source));
}

export const isScene = (source: string): boolean => source.startsWith('scene:');

function sceneNamed(source: string): Scene {
  const [number = '', twin, ...rest] = source.slice('scene:'.length).split('/');
  if (!/^\d+$/.test(number) || rest.length) fail(`a scene is called scene:17, its twin scene:17/no-object; not ${source}`);
  if (twin !== undefined && !isTwin(twin))
    fail(`scenes have no twin "${twin}"${didYouMean(twin, twinKinds) || `; they have ${twinKinds.join(', ')}`}`);
  return renderScene(factorsNamed(sceneNumber(Number(number)), twin));
}

const isTwin = (kind: string): kind is TwinKind => (twinKinds as readonly string[]).includes(kind);
