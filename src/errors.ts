/** The one error class for what a user can mend: the command line prints its message as a single line and exits with 2. */

/**
 * Something the user asked for cannot be done: a bad file, an unknown name, an operator without a rule.
 * The message names the thing, says where it is, and what to do instead.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Throws a {@link UserError}; an expression, so that it can stand behind `??`. */
export function fail(message: string): never {
  throw new UserError(message);
}

/** The candidates closest to a misspelt name, best first: those within a third of its length in edits, or that contain it. */
export function nearNames(name: string, candidates: Iterable<string>, most = 3): string[] {
  const wanted = name.toLowerCase();
  const scored: [number, string][] = [];
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const contained = other.includes(wanted) || wanted.includes(other);
    const distance = contained ? Math.abs(other.length - wanted.length) / 100 : editDistance(wanted, other);
    if (contained || distance <= Math.max(2, wanted.length / 3)) scored.push([distance, candidate]);
  }
  return scored
    .sort((a, b) => a[0] - b[0])
    .slice(0, most)
    .map(([, candidate]) => candidate);
}

/** "; did you mean a or b?", or nothing where no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const near = nearNames(name, candidates);
  return near.length ? `; did you mean ${near.map((n) => `"${n}"`).join(' or ')}?` : '';
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
