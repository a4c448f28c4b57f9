/** Maps of a scene, to be looked at. */
import { type Image, magnified, overlay, sideBySide } from '../../image/index.js';
import type { HeatMap } from '../map/heat-map.js';
import { preparedMaps } from '../sanity/preparation.js';
import type { SceneCase } from './scene-cases.js';

/** The scene and its maps side by side, twice as large; single pixels that tower above the others are cut. */
export function drawn({ scene }: SceneCase, maps: readonly HeatMap[]): Image {
  const pictures = maps.map(({ width, height, data }) => {
    const { signed } = preparedMaps({ shape: [height, width], data: Float32Array.from(data) });
    return overlay(scene.image, { width, height, data: Float32Array.from(signed.data) }).image;
  });
  return sideBySide([scene.image, ...pictures].map((picture) => magnified(picture, 2)));
}
