/** A mask over a photo, as the model sees it: cropped and resized as the photo was. */
import { type Plane, resizePlane, type View } from '../../image/index.js';
import type { Mask } from './heat-map.js';

/** The inverse of `project`: a mask at the photo's size on the model's canvas. A canvas pixel is inside if at least half of what it shows is. */
export function seenMask({ width, height, data }: Mask, { canvas, covers, sees }: View): Mask {
  const plane: Plane = { width, height, data: Float32Array.from(data, (value) => Number(value !== 0)) };
  const share = resizePlane(plane, canvas.width, canvas.height, { box: covers, filter: 'box', antialias: true });
  const [across, down] = [(covers.right - covers.left) / canvas.width, (covers.bottom - covers.top) / canvas.height];
  const isSeen = (i: number) => {
    const x = covers.left + ((i % canvas.width) + 0.5) * across;
    const y = covers.top + (Math.floor(i / canvas.width) + 0.5) * down;
    return x >= sees.left && x <= sees.right && y >= sees.top && y <= sees.bottom;
  };
  return { ...canvas, data: Uint8Array.from(share.data, (value, i) => Number(value >= 0.5 && isSeen(i))) };
}
