/** JSON files. */
import { existsSync, readFileSync } from 'node:fs';
import { fail } from '../../errors.js';

/** None where there is no such file. @throws UserError if the file is there and is no JSON */
export function readJson(path: string): unknown {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(`${path} is not valid JSON: ${(error as Error).message}`);
  }
}
