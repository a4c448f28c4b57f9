/** Minimum barrier saliency: the smallest range of levels that a path from the border to the pixel must span. */
import type { BytePlane } from './colour/grey.js';
import { labBytes } from './colour/lab-bytes.js';
import { shrinkByArea } from './filter/area.js';
import { resizeBilinear } from './filter/bilinear.js';
import { median } from './filter/median.js';
import { defineSaliency } from './method.js';
import type { Picture } from './picture.js';
import { emptyPlane, minMax } from './plane.js';

/**
 * Per channel of 8-bit Lab, after a 5 x 5 median, by raster scans to and fro; channels are summed and scaled to 0 to 1. Without removal of
 * frames and without the backgroundness map (MB, not MB+). The authors have declared a patent pending on the scan.
 */
export const minimumBarrier = defineSaliency({
  name: 'minimum-barrier',
  summary: 'smallest range of Lab levels on a way from the border, by raster scans, 0 to 1',
  reference: 'Zhang, Sclaroff, Lin, Shen, Price, Mech, ICCV 2015 (FastMBD)',
  options: {
    'working-size': {
      type: 'number',
      integer: true,
      min: 8,
      max: 65536,
      default: 300,
      description: 'pictures with a longer side are shrunk to it',
    },
    scans: { type: 'number', integer: true, min: 1, max: 100, default: 3, description: 'raster, inverse raster, raster ...' },
  },
  compute(picture, { scans, 'working-size': side }, show) {
    const small = shrunk(picture, side);
    const sum = emptyPlane(small);
    for (const [index, channel] of labBytes(small).entries()) {
      const distances = barriers(median(channel, 2), scans);
      const map = emptyPlane(small);
      for (let i = 0; i < distances.length; i++) {
        map.data[i] = distances[i]!;
        sum.data[i]! += distances[i]!;
      }
      show?.(small.channels === 1 ? 'distance' : `distance in ${'Lab'[index]}`, map);
    }
    return resizeBilinear(minMax(sum), picture.width, picture.height);
  },
});

function shrunk(picture: Picture, side: number): Picture {
  const longer = Math.max(picture.width, picture.height);
  if (longer <= side) return picture;
  const to = (size: number) => Math.max(1, Math.round((size * side) / longer));
  return shrinkByArea(picture, to(picture.width), to(picture.height));
}

/** Far above any range of bytes. */
const UNREACHED = 65535;

/** The distance of each pixel; 0 on the border. A path that is found later must be strictly better. */
function barriers({ width, height, data }: BytePlane, scans: number): Uint16Array {
  const distance = new Uint16Array(width * height);
  const highest = data.slice();
  const lowest = data.slice();
  for (let y = 1; y < height - 1; y++) distance.fill(UNREACHED, y * width + 1, (y + 1) * width - 1);
  const relax = (at: number, from: number) => {
    const level = data[at]!;
    const high = Math.max(highest[from]!, level);
    const low = Math.min(lowest[from]!, level);
    if (high - low < distance[at]!) {
      distance[at] = high - low;
      highest[at] = high;
      lowest[at] = low;
    }
  };
  for (let scan = 0; scan < scans; scan++) {
    if (scan % 2 === 0) {
      for (let y = 1; y < height - 1; y++) {
        for (let at = y * width + 1; at < (y + 1) * width - 1; at++) {
          relax(at, at - width);
          relax(at, at - 1);
        }
      }
    } else {
      for (let y = height - 2; y > 0; y--) {
        for (let at = (y + 1) * width - 2; at > y * width; at--) {
          relax(at, at + width);
          relax(at, at + 1);
        }
      }
    }
  }
  return distance;
}
