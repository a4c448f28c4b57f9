import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../errors.js';
import { plain } from '../plain.js';
import { decodeModel, encodeModel, memorySource } from './index.js';

/** scripts/fuzz-models.mjs does the same at length, and explains and runs what can still be read. */
const RUNS = 150;
const SLOWEST = 5000;

interface Damage {
  readonly kind: 'set' | 'flip' | 'cut' | 'double' | 'end';
  readonly at: number;
  readonly length: number;
  readonly value: number;
}

const damage = fc.record<Damage>({
  kind: fc.constantFrom('set', 'flip', 'cut', 'double', 'end'),
  at: fc.nat(1_000_000),
  length: fc.integer({ min: 1, max: 16 }),
  value: fc.oneof(fc.constantFrom(0, 1, 127, 128, 255), fc.nat(255)),
});

function damaged(bytes: Uint8Array, changes: readonly Damage[]): Uint8Array {
  const list = [...bytes];
  for (const { kind, at: place, length, value } of changes) {
    const at = place % Math.max(1, list.length);
    if (kind === 'set') list[at] = value;
    else if (kind === 'flip') list[at] = (list[at] ?? 0) ^ (1 << (value % 8));
    else if (kind === 'cut') list.splice(at, length);
    else if (kind === 'double') list.splice(at, 0, ...list.slice(at, at + length));
    else if (value % 4 === 0) list.splice(at + 1);
  }
  return Uint8Array.from(list);
}

describe.each(['cam/residual.ts17', 'onnx/transformer.fused', 'onnx/convolutions.qoperator'])('%s, damaged', (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(`../../../test/fixtures/${name}.onnx`, import.meta.url)));

  it('is read, or refused with a message, soon', () => {
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (changes) => {
        const started = performance.now();
        try {
          encodeModel(plain(decodeModel(memorySource(damaged(bytes, changes), 'damaged.onnx'))).graph);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          expect(error.message).not.toMatch(/\n/);
        }
        expect(performance.now() - started).toBeLessThan(SLOWEST);
      }),
      { numRuns: RUNS, seed: 7 },
    );
  });
});
