/** E-measure: alignment of binary map and truth, pixel by pixel and in their means. */
import type { HeatMap } from '../map/heat-map.js';
import { type ByThreshold, byThreshold, EPSILON, readPrediction } from './prediction.js';

/**
 * Mean of ((alignment + 1) / 2)^2, alignment 2 a b / (a^2 + b^2) of the mean-free maps. Higher is better. Fan et al., IJCAI 2018; equal to PySODMetrics,
 * which divides by N - 1, so that a perfect map is a hair above 1.
 * @throws UserError if the sizes differ
 */
export function eMeasure(prediction: HeatMap, truth: HeatMap): ByThreshold {
  const read = readPrediction(prediction, truth);
  const [size, area] = [read.values.length, read.area];
  return byThreshold(read, ({ inside, outside }) => {
    const marked = inside + outside;
    const sum = area === 0 ? size - marked : area === size ? marked : aligned({ inside, outside, size, area });
    return sum / (size - 1 + EPSILON);
  });
}

/** Only four values occur, one for each pair of marked or not and true or not. */
function aligned({ inside, outside, size, area }: { inside: number; outside: number; size: number; area: number }): number {
  const [markedMean, trueMean] = [(inside + outside) / size, area / size];
  const missed = area - inside;
  const parts: [count: number, marked: number, truth: number][] = [
    [inside, 1, 1],
    [outside, 1, 0],
    [missed, 0, 1],
    [size - inside - outside - missed, 0, 0],
  ];
  return parts.reduce((sum, [count, marked, truth]) => {
    const [a, b] = [marked - markedMean, truth - trueMean];
    const alignment = (2 * a * b) / (a * a + b * b + EPSILON);
    return sum + (count * (alignment + 1) ** 2) / 4;
  }, 0);
}
