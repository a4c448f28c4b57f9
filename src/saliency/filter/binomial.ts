/** The [1 2 1] blur of interleaved floats, with the weights at the border scaled up. */

/** Both ways over [height, width, channels]; what lies outside is left out and made up for, as in Achanta's code. */
export function binomial(pixels: Float32Array, width: number, height: number, channels: number): Float32Array {
  const length = width * channels;
  const result = new Float32Array(pixels.length);
  const row = new Float64Array(length);
  for (let y = 0; y < height; y++) {
    const above = y > 0 ? 1 : 0;
    const below = y < height - 1 ? 1 : 0;
    const here = y * length;
    const up = here - above * length;
    const down = here + below * length;
    const scale = 1 / (2 + above + below);
    for (let x = 0; x < length; x++)
      row[x] = scale * (2 * pixels[here + x]! + above * pixels[up + x]! + below * pixels[down + x]!);
    if (width === 1) {
      result.set(row, here);
      continue;
    }
    const last = length - channels;
    for (let c = 0; c < channels; c++) {
      result[here + c] = (2 * row[c]! + row[c + channels]!) / 3;
      result[here + last + c] = (2 * row[last + c]! + row[last + c - channels]!) / 3;
    }
    for (let x = channels; x < last; x++) result[here + x] = (row[x - channels]! + 2 * row[x]! + row[x + channels]!) / 4;
  }
  return result;
}
