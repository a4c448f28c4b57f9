/** Weakly supervised localisation: a box around the map's largest blob, against the object's box. */
import { type HeatMap, type Mask, maskArea } from '../map/heat-map.js';

interface Box {
  readonly left: number;
  readonly top: number;
  /** Exclusive. */
  readonly right: number;
  readonly bottom: number;
}

/**
 * The best IoU, over 100 thresholds, between the mask's bounding box and the box of the largest connected part (8 neighbours) of the map above
 * the threshold. 0 to 1, higher is better; an image counts as localised above 0.5 (MaxBoxAcc) or averaged over 0.3, 0.5, 0.7 (v2). Choe et al.,
 * "Evaluating weakly supervised object localization methods right", CVPR 2020; they choose one threshold for the data set, this chooses per image,
 * so it is an upper bound of theirs.
 * @throws UserError if the mask is empty or of another size
 */
export function maxBoxIou(map: HeatMap, mask: Mask): number {
  maskArea(map, mask);
  const truth = boxOf(mask, (i) => mask.data[i] !== 0)!;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < map.data.length; i++) {
    low = Math.min(low, map.data[i]!);
    high = Math.max(high, map.data[i]!);
  }
  let best = 0;
  for (let step = 0; step < 100; step++) {
    const threshold = low + ((high - low) * step) / 100;
    const box = largestPart(map, threshold);
    if (box) best = Math.max(best, boxIou(box, truth));
  }
  return best;
}

function boxOf({ width, height }: HeatMap, inside: (i: number) => boolean): Box | undefined {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(y * width + x)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return right > left ? { left, top, right, bottom } : undefined;
}

function largestPart(map: HeatMap, threshold: number): Box | undefined {
  const { width, height, data } = map;
  const part = new Int32Array(data.length);
  let [largest, size, parts] = [0, 0, 0];
  for (let start = 0; start < data.length; start++) {
    if (part[start] !== 0 || data[start]! < threshold) continue;
    part[start] = ++parts;
    const open = [start];
    let count = 0;
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      count++;
      const [x, y] = [i % width, Math.floor(i / width)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const n = ny * width + nx;
          if (part[n] !== 0 || data[n]! < threshold) continue;
          part[n] = parts;
          open.push(n);
        }
      }
    }
    if (count > size) [largest, size] = [parts, count];
  }
  return boxOf(map, (i) => part[i] === largest);
}

function boxIou(a: Box, b: Box): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (across <= 0 || down <= 0) return 0;
  const area = ({ left, top, right, bottom }: Box) => (right - left) * (bottom - top);
  return (across * down) / (area(a) + area(b) - across * down);
}
