// How many scenes are made a second, on one core; prints JSON. npm run build && node bench/scenes.mjs [--count 4000]
import { parseArgs } from 'node:util';
import { renderScene } from '../dist/scenes/index.js';

const { values } = parseArgs({ options: { count: { type: 'string', default: '4000' } } });
const count = Number(values.count);
const perSecond = (size) => {
  const rounds = Array.from({ length: 3 }, () => {
    // Processor time: what else the machine does is not the generator's.
    const before = process.cpuUsage();
    for (let seed = 0; seed < count; seed++) renderScene(seed, { size });
    const { user, system } = process.cpuUsage(before);
    return (1e6 * count) / (user + system);
  });
  return Math.round(rounds.sort((a, b) => a - b)[1]);
};
process.stdout.write(`${JSON.stringify({ scenesPerSecond: { 64: perSecond(64), 224: perSecond(224) } })}\n`);
