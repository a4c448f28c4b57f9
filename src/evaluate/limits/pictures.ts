/** The pictures of docs/limits.md. */
import { type Image, overlay, type Plane, resizePlane, sideBySide } from '../../image/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { brokenNetwork, type Case, edgeDetector, marksWithoutEffect } from './photo-limits.js';
import { tag } from './tag.js';

/** Each as a name of a file and an image: what the model saw, then the maps over it. @param canvas the photo as the model saw it */
export async function limitPictures(runtime: Runtime, example: Case, canvas: Image): Promise<Readonly<Record<string, Image>>> {
  const { image, map } = await tag(runtime);
  const shown = grey(image);
  const over = ({ maps }: { readonly maps: Readonly<Record<string, Plane>> }) =>
    sideBySide([
      canvas,
      ...Object.values(maps).map((one) => overlay(canvas, resizePlane(one, canvas.width, canvas.height)).image),
    ]);
  return {
    tag: sideBySide([shown, overlay(shown, map, { signed: true }).image]),
    'broken-network': over(await brokenNetwork(example)),
    'edge-detector': over(await edgeDetector(example)),
    'marks-without-effect': over(await marksWithoutEffect(example)),
  };
}

function grey({ width, height, data }: Plane): Image {
  const [low, high] = [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))];
  const level = (value: number) => Math.round((255 * (value - low)) / (high - low));
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => level(data[Math.floor(i / 3)]!)) };
}
