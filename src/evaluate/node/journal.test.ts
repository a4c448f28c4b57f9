/** The journal: it goes on with the same settings, begins anew with others, and survives a line that was cut off. */
import { appendFileSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { journal } from './journal.js';

it('goes on after a break', () => {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  const path = join(folder, 'audit.partial.jsonl');
  const first = journal<number>(folder, { seed: 1 });
  first.add(1);
  first.add(2);
  appendFileSync(path, '{"cut');
  expect(journal<number>(folder, { seed: 1 }).entries).toEqual([1, 2]);
  expect(journal<number>(folder, { seed: 2 }).entries).toEqual([]);
  const last = journal<number>(folder, { seed: 2 });
  last.end();
  expect(existsSync(path)).toBe(false);
});
