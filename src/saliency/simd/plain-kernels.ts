/** The inner loops of kernels.wat in TypeScript: for engines without SIMD, and for rows too wide for the module's memory. */
import type { Kernels } from './kernels.js';

/** Loops over a memory of their own, of at least so many bytes. */
export function plainKernels(bytes: number): Kernels {
  const memory = new ArrayBuffer(8 * Math.ceil(bytes / 8));
  const doubles = new Float64Array(memory);
  const floats = new Float32Array(memory);
  const integers = new Int32Array(memory);
  return {
    memory,
    stretch(row, from, ends, starts, pitch, out) {
      const [r, e, s, to] = [row / 4, ends / 4, starts / 8, out / 8];
      let left = floats[r]!;
      for (let k = 0, x = 0; k <= from; k++) {
        const right = k < from ? floats[r + k]! : left;
        const step = (right - left) * pitch;
        let first = left + (right - left) * doubles[s + k]!;
        let second = first + step;
        const end = integers[e + k]!;
        for (let i = x; i < end; i += 2) {
          doubles[to + i] = first;
          // Beyond the gap's end the next gap writes over it.
          doubles[to + i + 1] = second;
          first += 2 * step;
          second += 2 * step;
        }
        x = end;
        left = right;
      }
    },
    blend(upper, lower, fractions, rows, width, out) {
      const [u, l, f] = [upper / 8, lower / 8, fractions / 8];
      let row = 0;
      // Four rows at a time: what they have in common is read once, in half the time.
      for (; row + 4 <= rows; row += 4) {
        const [f0, f1, f2, f3] = [doubles[f + row]!, doubles[f + row + 1]!, doubles[f + row + 2]!, doubles[f + row + 3]!];
        for (let x = 0, to = out / 4 + row * width; x < width; x++, to++) {
          const first = doubles[u + x]!;
          const step = doubles[l + x]! - first;
          floats[to] = first + step * f0;
          floats[to + width] = first + step * f1;
          floats[to + 2 * width] = first + step * f2;
          floats[to + 3 * width] = first + step * f3;
        }
      }
      for (; row < rows; row++) {
        const fraction = doubles[f + row]!;
        for (let x = 0, to = out / 4 + row * width; x < width; x++, to++) {
          floats[to] = doubles[u + x]! + (doubles[l + x]! - doubles[u + x]!) * fraction;
        }
      }
    },
    five(a, b, c, d, e, weights, count, out) {
      const [p, q, r, s, t, to] = [a / 8, b / 8, c / 8, d / 8, e / 8, out / 8];
      const [middle, near, far] = [doubles[weights / 8]!, doubles[weights / 8 + 1]!, doubles[weights / 8 + 2]!];
      for (let i = 0; i < count; i++) {
        doubles[to + i] =
          middle * doubles[r + i]! + near * (doubles[q + i]! + doubles[s + i]!) + far * (doubles[p + i]! + doubles[t + i]!);
      }
    },
    butterfly(from, to, im, quarter, count, re1, im1, re2, im2, re3, im3) {
      const [i, step] = [im / 8, quarter / 8];
      let out = to / 8;
      for (let a = from / 8, end = a + count; a < end; a++, out++) {
        const [b, c, d] = [a + step, a + 2 * step, a + 3 * step];
        const sumR = doubles[a]! + doubles[c]!;
        const sumI = doubles[a + i]! + doubles[c + i]!;
        const differenceR = doubles[a]! - doubles[c]!;
        const differenceI = doubles[a + i]! - doubles[c + i]!;
        const oddSumR = doubles[b]! + doubles[d]!;
        const oddSumI = doubles[b + i]! + doubles[d + i]!;
        // i (b - d)
        const turnedR = doubles[d + i]! - doubles[b + i]!;
        const turnedI = doubles[b]! - doubles[d]!;
        doubles[out] = sumR + oddSumR;
        doubles[out + i] = sumI + oddSumI;
        const oneR = differenceR - turnedR;
        const oneI = differenceI - turnedI;
        doubles[out + count] = oneR * re1 - oneI * im1;
        doubles[out + count + i] = oneR * im1 + oneI * re1;
        const twoR = sumR - oddSumR;
        const twoI = sumI - oddSumI;
        doubles[out + 2 * count] = twoR * re2 - twoI * im2;
        doubles[out + 2 * count + i] = twoR * im2 + twoI * re2;
        const threeR = differenceR + turnedR;
        const threeI = differenceI + turnedI;
        doubles[out + 3 * count] = threeR * re3 - threeI * im3;
        doubles[out + 3 * count + i] = threeR * im3 + threeI * re3;
      }
    },
    add(sum, values, count) {
      for (let i = 0, to = sum / 4, from = values / 4; i < count; i++) floats[to + i]! += floats[from + i]!;
    },
    widen(from, count, out) {
      for (let i = 0, a = from / 4, to = out / 8; i < count; i++) doubles[to + i] = floats[a + i]!;
    },
    narrow(from, count, out) {
      for (let i = 0, a = from / 8, to = out / 4; i < count; i++) floats[to + i] = doubles[a + i]!;
    },
    halve(row, count, out) {
      const to = out / 8;
      let i = row / 8;
      // Three of five numbers are those of the place before: they stay in registers.
      let [a, b, c] = [doubles[i]!, doubles[i + 1]!, doubles[i + 2]!];
      for (let x = 0; x < count; x++, i += 2) {
        const d = doubles[i + 3]!;
        const e = doubles[i + 4]!;
        doubles[to + x] = a + e + 4 * (b + d) + 6 * c;
        a = c;
        b = d;
        c = e;
      }
    },
    opponents(pixels, count, scale, dark, intensity, redGreen, blueYellow) {
      const [i, rg, by] = [intensity / 8, redGreen / 8, blueYellow / 8];
      for (let x = 0, at = pixels / 4; x < count; x++, at += 3) {
        const [r, g, b] = [floats[at]!, floats[at + 1]!, floats[at + 2]!];
        const sum = r + g + b;
        doubles[i + x] = sum * scale;
        // Twice R, G, B and Y. Four times max(0, v / 2) is v + |v|: quicker than a choice that cannot be foreseen.
        const red = 3 * r - sum;
        const green = 3 * g - sum;
        const blue = 3 * b - sum;
        const yellow = r + g - Math.abs(r - g) - 2 * b;
        // Each of them is in proportion to the colours: dividing at the end, by the intensity on the same scale, is the same.
        const share = sum > dark ? 0.75 / sum : 0;
        doubles[rg + x] = (red + Math.abs(red) - (green + Math.abs(green))) * share;
        doubles[by + x] = (blue + Math.abs(blue) - (yellow + Math.abs(yellow))) * share;
      }
    },
    peaks(above, row, below, width, out) {
      const [u, m, l, to] = [above / 4, row / 4, below / 4, out / 4];
      let count = 0;
      for (let x = 1; x < width - 1; x++) {
        const value = floats[m + x]!;
        // Along a row a value is above the next one, or it is not the highest. Then the next one is not, and is passed over.
        if (value <= floats[m + x + 1]!) continue;
        if (
          value > floats[m + x - 1]! &&
          value > floats[u + x]! &&
          value > floats[l + x]! &&
          value > floats[u + x - 1]! &&
          value > floats[u + x + 1]! &&
          value > floats[l + x - 1]! &&
          value > floats[l + x + 1]!
        )
          integers[to + count++] = x;
        x++;
      }
      return count;
    },
  };
}
