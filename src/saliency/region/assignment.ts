/** The assignment step of SLIC: each pixel goes to the nearest centre in whose window it lies. */

/** Place and colour of a centre: y, x, L, a, b. */
export const FEATURES = 5;

/** A picture's colours, and what decides which centre a pixel may go to. */
export interface Clustering {
  readonly width: number;
  readonly height: number;
  /** Lab over compactness, interleaved. */
  readonly pixels: Float64Array;
  /** Places count by their distance over this. */
  readonly step: number;
  /** How far a window reaches from its centre. */
  readonly reachX: number;
  readonly reachY: number;
}

/** The side of the squares. */
const SIDE = 8;
/** Bounds are rounded otherwise than distances are. A centre is passed over only if it is farther by more than that. */
const SLACK = 1 + 1e-9;

interface Tile {
  readonly number: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * A function that gives each pixel the number of its nearest centre, the first of those equally near: by (dx^2 + dy^2) / step^2 + squared
 * colour distance, among the centres in whose window it lies. A pixel in no window keeps its label. The picture is taken by small squares.
 */
export function assignment(image: Clustering): (centers: Float64Array, labels: Int32Array) => void {
  const { width, height } = image;
  const colours = colourRanges(image);
  const nearest = new Float64Array(SIDE * SIDE);
  const owners = new Int32Array(SIDE * SIDE);
  return (centers, labels) => {
    const windows = windowsOf(image, centers);
    const triedIn = new Int32Array(centers.length / FEATURES).fill(-1);
    const search: Search = { ...image, colours, centers, windows, labels, nearest, owners, triedIn };
    for (let top = 0, number = 0; top < height; top += SIDE) {
      const bottom = Math.min(height, top + SIDE);
      const inRows: number[] = [];
      for (let k = 0; k < triedIn.length; k++) {
        if (windows[4 * k + 1]! < bottom && windows[4 * k + 3]! > top) inRows.push(k);
      }
      for (let left = 0; left < width; left += SIDE, number++) {
        assignTile(search, { number, left, top, right: Math.min(width, left + SIDE), bottom }, inRows);
      }
    }
  };
}

/** The windows of all centres as left, top, right, bottom; a centre that lost all its pixels is nowhere, and its window is empty. */
function windowsOf({ width, height, reachX, reachY }: Clustering, centers: Float64Array): Int32Array {
  const windows = new Int32Array((centers.length / FEATURES) * 4);
  for (let k = 0, at = 0; k * FEATURES < centers.length; k++, at += 4) {
    const [y, x] = [centers[k * FEATURES]!, centers[k * FEATURES + 1]!];
    windows[at] = Math.trunc(Math.max(x - reachX, 0));
    windows[at + 1] = Math.trunc(Math.max(y - reachY, 0));
    windows[at + 2] = Math.trunc(Math.min(x + reachX + 1, width));
    windows[at + 3] = Math.trunc(Math.min(y + reachY + 1, height));
  }
  return windows;
}

/** The lowest L, a and b of each square, then the highest: six numbers a square, in raster order. */
function colourRanges({ width, height, pixels }: Clustering): Float64Array {
  const columns = Math.ceil(width / SIDE);
  const ranges = new Float64Array(columns * Math.ceil(height / SIDE) * 6);
  for (let at = 0; at < ranges.length; at += 6) ranges.fill(Infinity, at, at + 3).fill(-Infinity, at + 3, at + 6);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / SIDE) * columns;
    for (let x = 0; x < width; x++, at += 3) {
      const range = (row + Math.floor(x / SIDE)) * 6;
      for (let c = 0; c < 3; c++) {
        const value = pixels[at + c]!;
        if (value < ranges[range + c]!) ranges[range + c] = value;
        if (value > ranges[range + c + 3]!) ranges[range + c + 3] = value;
      }
    }
  }
  return ranges;
}

/** Where the search of one tile keeps what it knows. */
interface Search extends Clustering {
  readonly colours: Float64Array;
  readonly centers: Float64Array;
  readonly windows: Int32Array;
  readonly labels: Int32Array;
  /** The distance of each pixel of the tile to the centre it has so far. */
  readonly nearest: Float64Array;
  /** The centres that have pixels of the tile. */
  readonly owners: Int32Array;
  /** In which tile each centre was tried last. */
  readonly triedIn: Int32Array;
}

/**
 * Tries the centres that have pixels of the tile already; most pixels stay with them, so that their distances say how far another centre may
 * be from the tile, in place and in the range of its colours, and still win one. About five of sixteen are tried.
 */
function assignTile(search: Search, tile: Tile, inRows: readonly number[]): void {
  const { width, windows, labels, nearest, triedIn, owners } = search;
  let count = 0;
  for (let y = tile.top; y < tile.bottom; y++) {
    let last = -1;
    for (let at = y * width + tile.left; at < y * width + tile.right; at++) {
      if (labels[at] === last) continue;
      last = labels[at]!;
      if (triedIn[last] === tile.number) continue;
      triedIn[last] = tile.number;
      owners[count++] = last;
    }
  }
  nearest.fill(Infinity);
  for (let i = 0; i < count; i++) claim(search, tile, owners[i]!);
  const reach = farthest(tile, nearest) * SLACK;
  for (let i = 0; i < inRows.length; i++) {
    const k = inRows[i]!;
    if (windows[4 * k]! >= tile.right || windows[4 * k + 2]! <= tile.left || triedIn[k] === tile.number) continue;
    if (mayBeWithin(reach, search, tile, k)) claim(search, tile, k);
  }
}

/** The largest distance of a pixel of the tile to the centre it has. */
function farthest({ left, top, right, bottom }: Tile, nearest: Float64Array): number {
  let most = 0;
  for (let row = 0; row < bottom - top; row++) {
    for (let i = row * SIDE; i < row * SIDE + right - left; i++) if (nearest[i]! > most) most = nearest[i]!;
  }
  return most;
}

/** Whether a centre's distance to the places and colours of a tile, which no pixel is nearer than, is at most `reach`. */
function mayBeWithin(
  reach: number,
  { colours, centers, step }: Search,
  { number, left, top, right, bottom }: Tile,
  k: number,
): boolean {
  const at = k * FEATURES;
  const dy = outside(centers[at]!, top, bottom - 1);
  const dx = outside(centers[at + 1]!, left, right - 1);
  const place = (dy * dy + dx * dx) / (step * step);
  // Most are too far away already.
  if (place > reach) return false;
  const range = number * 6;
  const l = outside(centers[at + 2]!, colours[range]!, colours[range + 3]!);
  const a = outside(centers[at + 3]!, colours[range + 1]!, colours[range + 4]!);
  const b = outside(centers[at + 4]!, colours[range + 2]!, colours[range + 5]!);
  return place + (l * l + a * a + b * b) <= reach;
}

/** How far a value lies outside an interval. */
function outside(value: number, low: number, high: number): number {
  return value < low ? low - value : value > high ? value - high : 0;
}

/** A centre takes the pixels of the tile and of its window that are nearer to it than to any before, or as near and to one of a higher number. */
function claim({ width, pixels, step, centers, windows, labels, nearest }: Search, tile: Tile, k: number): void {
  const cy = centers[k * FEATURES]!;
  const cx = centers[k * FEATURES + 1]!;
  const l = centers[k * FEATURES + 2]!;
  const a = centers[k * FEATURES + 3]!;
  const b = centers[k * FEATURES + 4]!;
  const left = Math.max(tile.left, windows[4 * k]!);
  const right = Math.min(tile.right, windows[4 * k + 2]!);
  const bottom = Math.min(tile.bottom, windows[4 * k + 3]!);
  const weight = 1 / (step * step);
  for (let y = Math.max(tile.top, windows[4 * k + 1]!); y < bottom; y++) {
    const dy = (cy - y) ** 2;
    const row = y * width;
    let place = (y - tile.top) * SIDE + left - tile.left;
    for (let x = left, at = (row + left) * 3; x < right; x++, at += 3, place++) {
      const dx = cx - x;
      const dl = pixels[at]! - l;
      const da = pixels[at + 1]! - a;
      const db = pixels[at + 2]! - b;
      const distance = (dy + dx * dx) * weight + (dl * dl + da * da + db * db);
      const best = nearest[place]!;
      if (distance > best) continue;
      if (distance < best || k < labels[row + x]!) {
        nearest[place] = distance;
        labels[row + x] = k;
      }
    }
  }
}
