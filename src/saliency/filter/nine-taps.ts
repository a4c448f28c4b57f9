/** Nine taps that mirror each other: pixels at the same distance are added, or subtracted, before they are weighted. */

/** Where the nine rows or columns begin, from the first to the last. */
export type NinePlaces = readonly number[];

/** The weights of the middle and of both pixels at distances 1 to 4. */
export type EvenTaps = readonly number[];
/** The weights of the differences at distances 1 to 4, farther along less farther back; the middle has none. */
export type OddTaps = readonly number[];

/** into[x] = sum over the nine places of a tap times data[place + x]. */
export function evenNine(
  data: Float64Array,
  at: NinePlaces,
  taps: EvenTaps,
  into: Float64Array,
  start: number,
  width: number,
): void {
  const [p0, p1, p2, p3, p4, p5, p6, p7, p8] = [at[0]!, at[1]!, at[2]!, at[3]!, at[4]!, at[5]!, at[6]!, at[7]!, at[8]!];
  const [t0, t1, t2, t3, t4] = [taps[0]!, taps[1]!, taps[2]!, taps[3]!, taps[4]!];
  for (let x = 0; x < width; x++) {
    into[start + x] =
      t0 * data[p4 + x]! +
      t1 * (data[p3 + x]! + data[p5 + x]!) +
      t2 * (data[p2 + x]! + data[p6 + x]!) +
      t3 * (data[p1 + x]! + data[p7 + x]!) +
      t4 * (data[p0 + x]! + data[p8 + x]!);
  }
}

/** The answers of an even and an odd filter at once. */
export function bothNine(
  data: Float64Array,
  at: NinePlaces,
  [even, odd]: readonly [EvenTaps, OddTaps],
  intoEven: Float64Array,
  intoOdd: Float64Array,
  [startEven, startOdd]: readonly [number, number],
  width: number,
): void {
  const [p0, p1, p2, p3, p4, p5, p6, p7, p8] = [at[0]!, at[1]!, at[2]!, at[3]!, at[4]!, at[5]!, at[6]!, at[7]!, at[8]!];
  const [t0, t1, t2, t3, t4] = [even[0]!, even[1]!, even[2]!, even[3]!, even[4]!];
  const [u1, u2, u3, u4] = [odd[0]!, odd[1]!, odd[2]!, odd[3]!];
  for (let x = 0; x < width; x++) {
    const back1 = data[p3 + x]!;
    const on1 = data[p5 + x]!;
    const back2 = data[p2 + x]!;
    const on2 = data[p6 + x]!;
    const back3 = data[p1 + x]!;
    const on3 = data[p7 + x]!;
    const back4 = data[p0 + x]!;
    const on4 = data[p8 + x]!;
    intoEven[startEven + x] =
      t0 * data[p4 + x]! + t1 * (back1 + on1) + t2 * (back2 + on2) + t3 * (back3 + on3) + t4 * (back4 + on4);
    intoOdd[startOdd + x] = u1 * (on1 - back1) + u2 * (on2 - back2) + u3 * (on3 - back3) + u4 * (on4 - back4);
  }
}
