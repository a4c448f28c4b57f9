/** What one method needs at its peak, beside the picture: node bench/saliency-memory.mjs METHOD OPTIONS-AS-JSON MEGAPIXELS. Prints JSON. */
import { saliency } from '../dist/saliency/index.js';

const [method, options, megapixels] = process.argv.slice(2);
const height = Math.round(Math.sqrt((Number(megapixels) * 1e6 * 2) / 3));
const width = Math.round((height * 3) / 2);
const levels = new Uint8Array(width * height * 3);
// Waves with a little noise: neither flat nor all noise.
let state = 1;
for (let i = 0; i < levels.length; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  levels[i] = 110 + 90 * Math.sin(i / 5000) + (state >>> 28);
}
// Compiles first, so that the compiler's memory is not counted.
saliency({ width: 96, height: 64, channels: 3, levels: levels.slice(0, 96 * 64 * 3) }, method, JSON.parse(options));
const before = process.memoryUsage().rss;
const start = process.cpuUsage();
saliency({ width, height, channels: 3, levels }, method, JSON.parse(options));
const { user, system } = process.cpuUsage(start);
// In kilobytes.
const peak = process.resourceUsage().maxRSS * 1024 - before;
console.log(
  JSON.stringify({
    megabytes: Math.round(peak / 1e6),
    bytesPerPixel: Math.round(peak / (width * height)),
    seconds: (user + system) / 1e6,
  }),
);
