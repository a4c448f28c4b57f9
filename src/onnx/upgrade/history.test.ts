import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operatorsAfter21 } from './opset.js';
import { steps } from './steps/index.js';
import { widened } from './widened.js';

const history: Record<string, number[]> = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/upgrade/history.json', import.meta.url), 'utf8'),
);

const covered = (version: number) => version > 6 && version <= 25;
const bumps = Object.entries(history).flatMap(([op, [, ...versions]]) => versions.filter(covered).map((v) => `${op} ${v}`));
const withStep = Object.entries(steps).flatMap(([op, byVersion]) => Object.keys(byVersion).map((v) => `${op} ${v}`));
const without = Object.entries(widened).flatMap(([version, operators]) => operators.map((op) => `${op} ${version}`));

describe('the history of the operators, as the onnx package tells it', () => {
  it('has every bump either as a step or as widened, and no other', () => {
    expect([...withStep, ...without].sort()).toEqual(bumps.sort());
  });

  it('has no step after 21, so that newer models can be called older', () => {
    expect(
      Object.values(steps)
        .flatMap(Object.keys)
        .map(Number)
        .every((version) => version <= 21),
    ).toBe(true);
  });

  it('knows every operator that came after 21', () => {
    const newcomers = Object.entries(history).flatMap(([op, [first]]) => (first! > 21 && covered(first!) ? [[op, first]] : []));
    expect(Object.fromEntries(newcomers)).toEqual(operatorsAfter21);
  });
});
