#!/usr/bin/env node
/**
 * Runs ONNX's own tests before and after our rewriting, on ONNX Runtime, and prints counts and reasons.
 *
 *   python oracles/onnx/node_tests.py FOLDER        writes the tests
 *   node scripts/node-tests.mjs FOLDER [--only TEXT] [--seconds N] [--gradients] [--json FILE] [--dist FOLDER]
 *
 * "simplify" must give what the model itself gives wherever ONNX Runtime runs it; "plain" is the form that explanations are computed
 * in, which quantised models only follow. With --gradients the emitted gradient is compared with differences along random directions,
 * and operators that have none are listed with the reason.
 * Exits with 1 where fewer than 97 % are the same after simplify, or a gradient of ONNX's node tests is wrong or has no rule.
 */
import { fork } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const folder = resolve(process.argv[2]);
const dist = resolve(option('dist', join(import.meta.dirname, '..', 'dist')));
const deadline = Date.now() + 1000 * Number(option('seconds', '1e6'));
const withGradients = process.argv.includes('--gradients');
const least = 0.97;
/** Milliseconds that a single test may take. */
const patience = 60_000;

const tests = readdirSync(folder)
  .flatMap((kind) => readdirSync(join(folder, kind)).map((name) => `${kind}/${name}`))
  .filter((name) => name.includes(option('only', '')));
const counts = new Map();
const failures = [];
/** Tests by operators that have no gradient, and why. */
const without = new Map();
const add = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
const count = (kind, what) => add(counts, `${kind} ${what}`);

/** ONNX Runtime may take the process with it: tests run in another one, which is replaced when it dies. */
let worker;
function ask(test) {
  worker ??= fork(join(import.meta.dirname, 'node-tests', 'worker.mjs'), [folder, dist, String(withGradients)], { silent: true });
  return new Promise((done) => {
    let stage = 'before';
    const end = (result) => {
      clearTimeout(timer);
      worker?.removeAllListeners();
      done(result);
    };
    const died = (how) => {
      worker = undefined;
      end({ [stage]: how });
    };
    const timer = setTimeout(() => {
      worker.removeAllListeners();
      worker.kill('SIGKILL');
      died('takes too long');
    }, patience);
    worker.on('message', (message) => {
      if (message.stage) stage = message.stage;
      else end(message);
    });
    worker.on('exit', () => died('ends the process'));
    worker.send(test);
  });
}

let done = 0;
for (const test of tests) {
  if (Date.now() > deadline) break;
  done++;
  const kind = test.split('/')[0];
  count(kind, 'all');
  const { before, simplify, plain, gradient } = await ask(test);
  if (before) {
    count(kind, before);
    if (before.startsWith('the judge failed') || before === 'ends the process') failures.push([test, 'before', before]);
  } else count(kind, 'passed by ONNX Runtime');
  for (const [pass, verdict] of before ? [] : Object.entries({ simplify, plain })) {
    count(kind, verdict === 'same' ? `the same after ${pass}` : `not the same after ${pass}`);
    if (verdict !== 'same') failures.push([test, pass, verdict]);
  }
  if (!gradient) continue;
  count(kind, `gradient: ${gradient.verdict.split(':')[0]}`);
  if (/^(wrong|refused|no rule|not finite)/.test(gradient.verdict)) failures.push([test, 'gradient', gradient.verdict]);
  for (const reason of new Set(gradient.without)) add(without, reason);
}
worker?.kill();

for (const [name, pass, reason] of failures) console.log(`${pass.padEnd(9)} ${name}: ${reason}`);
if (without.size) console.log('\nwithout gradient, tests by operator and reason:');
for (const [reason, n] of [...without].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(`${String(n).padStart(6)}  ${reason}`);
console.log();
for (const [what, n] of [...counts].sort()) console.log(`${String(n).padStart(6)}  ${what}`);
if (done < tests.length) console.log(`stopped after ${done} of ${tests.length} tests: out of time`);
if (option('json'))
  writeFileSync(
    option('json'),
    JSON.stringify({ counts: Object.fromEntries(counts), without: Object.fromEntries(without), failures }, null, 2),
  );

const of = (what) => counts.get(`node ${what}`) ?? 0;
const share = of('the same after simplify') / (of('passed by ONNX Runtime') || 1);
if (of('all')) console.log(`node tests the same after simplify: ${(100 * share).toFixed(1)} %`);
if ((of('all') && share < least) || of('gradient: wrong') + of('gradient: no rule') > 0) process.exitCode = 1;
