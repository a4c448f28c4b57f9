/** The `n`-th smallest number, counted from 0, which may be infinite but not NaN; leaves `numbers` in another order. Hoare 1961, "Algorithm 65: Find". */
export function nthSmallest(numbers: Float64Array, n: number): number {
  let [left, right] = [0, numbers.length - 1];
  while (left < right) {
    const pivot = medianOfThree(numbers[left]!, numbers[(left + right) >> 1]!, numbers[right]!);
    let [i, j] = [left, right];
    while (i <= j) {
      while (numbers[i]! < pivot) i++;
      while (numbers[j]! > pivot) j--;
      if (i > j) break;
      const swapped = numbers[i]!;
      numbers[i++] = numbers[j]!;
      numbers[j--] = swapped;
    }
    // What lies between the two is the pivot itself.
    if (n <= j) right = j;
    else if (n >= i) left = i;
    else break;
  }
  return numbers[n]!;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
