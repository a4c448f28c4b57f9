/** Correlates a plane with a small square kernel: cv2.filter2D. */
import type { Plane } from '../../image/image.js';
import { emptyPlane } from '../plane.js';
import { bordered, reflect101 } from './border.js';

/** A (2 radius + 1)^2 kernel, row-major, mirrored at the border. The cost is that of all its taps: for kernels that do not separate. */
export function correlate(plane: Plane, kernel: Float64Array, radius: number): Plane {
  const { width, height, data } = plane;
  const side = 2 * radius + 1;
  const result = emptyPlane(plane);
  const stride = width + 2 * radius;
  const columns = bordered(reflect101, -radius, stride, width);
  const row = new Float64Array(stride);
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let j = 0; j < side; j++) {
      const start = reflect101(y + j - radius, height) * width;
      for (let x = 0; x < stride; x++) row[x] = data[start + columns[x]!]!;
      let i = 0;
      for (; i + 3 <= side; i += 3) {
        const [a, b, c] = [kernel[j * side + i]!, kernel[j * side + i + 1]!, kernel[j * side + i + 2]!];
        for (let x = 0; x < width; x++) sums[x]! += a * row[x + i]! + b * row[x + i + 1]! + c * row[x + i + 2]!;
      }
      for (; i < side; i++) {
        const tap = kernel[j * side + i]!;
        for (let x = 0; x < width; x++) sums[x]! += tap * row[x + i]!;
      }
    }
    for (let x = 0; x < width; x++) result.data[y * width + x] = sums[x]!;
  }
  return result;
}
