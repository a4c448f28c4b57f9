/** A file of results as they come, so that long work that was broken off goes on where it stopped. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Journal<T> {
  /** What was written before, then what is added. */
  readonly entries: T[];
  readonly add: (entry: T) => void;
  /** The work is done: nothing is left to go on with. */
  readonly end: () => void;
}

/**
 * Opens `audit.partial.jsonl` in a folder. Its first line is the settings: those of other settings are begun anew.
 */
export function journal<T>(folder: string, settings: unknown): Journal<T> {
  const path = join(folder, 'audit.partial.jsonl');
  const head = JSON.stringify(settings);
  const [first, ...rest] = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const entries: T[] = [];
  if (first === head) {
    for (const line of rest) {
      const entry = parsed<T>(line);
      if (entry !== undefined) entries.push(entry);
    }
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, [head, ...entries.map((entry) => JSON.stringify(entry))].map((line) => `${line}\n`).join(''));
  return {
    entries,
    add: (entry) => {
      entries.push(entry);
      appendFileSync(path, `${JSON.stringify(entry)}\n`);
    },
    end: () => rmSync(path, { force: true }),
  };
}

/** The last line may have been cut off. */
function parsed<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T;
  } catch {
    return undefined;
  }
}
