/**
 * Writes what is made from the code: FEATURES.md, docs/cli.md, and the table of methods in README.md.
 *   node scripts/documents.mjs [--check]     with --check: fails where one of them is not what the code says
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gradient } from '../dist/autodiff/gradient/index.js';
import { whyZero, withoutRule } from '../dist/autodiff/gradient/zero.js';
import { compositeNames } from '../dist/autodiff/relevance/composites.js';
import { rulesByName } from '../dist/autodiff/relevance/rule-names.js';
import { kindOfOperator } from '../dist/autodiff/relevance/survey.js';
import { methods } from '../dist/methods/registry.js';
import { writtenOut } from '../dist/onnx/lower/index.js';
import { saliencyMethods } from '../dist/saliency/registry.js';

const root = new URL('../', import.meta.url);
const made = 'Made from the code by `node scripts/documents.mjs`; do not edit.';

const cell = (text) => text.replaceAll('|', '\\|');
const code = (text) => `\`${text}\``;
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

function option([name, spec]) {
  const range = spec.type === 'choice' ? spec.choices.join(', ') : spec.type;
  const preset =
    spec.default === undefined || spec.default === '' || typeof spec.default === 'object' ? '' : ` [${spec.default}]`;
  return `${code(name)}${preset} (${range})`;
}

const methodTable = (list) =>
  table(
    ['method', 'what it shows', 'options [default]', 'source'],
    list.map(({ name, summary, options, reference }) => [
      code(name),
      cell(summary),
      cell(Object.entries(options).map(option).join('; ') || '-'),
      cell(reference),
    ]),
  );

/** Operators whose weights rules change; the others route relevance, or pass it by the gradient. */
const weighted = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

function support(operator) {
  const [zero, written, none] = [whyZero, writtenOut, withoutRule].map((reasons) => reasons.get(operator));
  if (zero) return [`zero: ${zero}`, '-'];
  if (none) return [`none: ${none}`, '-'];
  if (written && !gradient[operator])
    return [written === 'always' ? 'written out' : `written out ${written}`, 'as what it stands for'];
  return ['yes', weighted.has(operator) ? 'rules' : (kindOfOperator(operator) ?? 'routed')];
}

const operators = [...new Set([...Object.keys(gradient), ...writtenOut.keys(), ...withoutRule.keys()])].sort();

const features = `# Features

${made}

## Methods on models

${methodTable(methods)}

\`lrp\` knows the composites ${compositeNames.map(code).join(', ')}, \`attn-lrp\`, \`cp-lrp\`, and JSON files made of the rules
${Object.keys(rulesByName).map(code).join(', ')}.

## Methods without a model

${methodTable(saliencyMethods)}

## Operators

What the backward walk does at an operator. *Gradient*: by a rule; *zero* because the derivative is zero wherever it exists, with the
reason; *written out* in operators that have rules, when a model is read to be explained; or *none*, with the reason. *Relevance*: by
the rules of a composite for layers with weights, by its entry for a kind of operator (batch-norm, average-pool ...), else *routed* as
the gradient routes it. Operators that are not listed cannot be walked through, and the error names them; reading, upgrading and
simplifying pass them on unharmed. Quantised operators become these on reading. The one setting without a rule is a RoiAlign of no
stated \`sampling_ratio\`, whose samples depend on the boxes.

${table(
  ['operator', 'gradient', 'relevance'],
  operators.map((operator) => [code(operator), ...support(operator)]),
)}

## ONNX's own tests

Of the 1,884 node tests of the Python package onnx 1.23.2, ONNX Runtime 1.30 runs and passes 1,338. After \`simplify\` 1,334 of these give
the same result (99.7 %); the others are refused: \`test_not_*\` (three, opset 1: 6 is the oldest opset that is read) and one Scan of opset
8. The form in which explanations are computed is of single precision: it gives 1,332 of them the same, and differs for two BitCasts of
double. Of these and three that ONNX Runtime runs only after \`simplify\`, the emitted gradient is that of differences on all 1,014 that
are differentiable; on 94 it is zero, and the outputs do not move; 213 have no floats among their inputs; 14 are quantised, where it
goes straight through the rounding. None is without a rule. It is right on the packaged networks too (light, pytorch-converted,
pytorch-operator, simple). \`scripts/node-tests.mjs --gradients\` repeats this, and lists what has no gradient, operator by operator.

## Engines

${table(
  ['engine', 'state'],
  [
    ['onnxruntime-node, CPU', 'every operator above, tested by finite differences with and without graph optimisation'],
    ['onnxruntime-web, WebAssembly', 'the same graphs; tested against the native engine on the bundled model'],
    ['onnxruntime-web, WebGPU', 'not tested; max pooling has no indices there, so its gradient does not run'],
  ],
)}
`;

const commands = ['explain', 'inspect', 'compile', 'simplify', 'audit', 'evaluate', 'crop', 'heads', 'head-weights', 'concepts'];
const main = fileURLToPath(new URL('dist/cli/main.js', root));
const help = (command) => execFileSync(process.execPath, [main, command, '--help'], { encoding: 'utf8' }).trim();

const cli = `# Command line

${made}

Exit codes: 0 done; 1 the work failed, or some of several inputs did; 2 wrong usage, or an input that cannot be explained. Data goes to
stdout or files, talk to stderr. Errors are one line; \`--debug\` adds the stack trace. A failed run leaves no half-written file.

Files are called \`<input>.<method>.<format>\`: \`png\` to look at; \`npy\` with the raw attribution (signed, not scaled, not resized);
\`json\` with all that is needed to make and judge the map again; \`html\`, a page that needs nothing else.

What is explained is the logit of the target: a final Softmax or Sigmoid is stepped back from, and said. The target of an output with
several axes of scores is a place in it, such as \`-t 17/5\` for box 17, class 5 of [N, boxes, classes]; of a map [N, classes, h, w] it is a
class summed over all places, or over the bright part of \`--region mask.png\`.

A model is a file, a folder, a bundled name, or \`hf:owner/name\`, with \`@revision\` or \`/path/file.onnx\` behind it: one of the Hugging Face hub, which is
downloaded once ([how](transformers.md#models-of-the-hub)). With \`--text\`, the cosine of an image and a text is explained; \`--words\` adds which words of the text matter
([how](transformers.md#which-word-matters)).

${commands.map((command) => `## sightline ${command}\n\n\`\`\`\n${help(command)}\n\`\`\``).join('\n\n')}
`;

const groups = [
  ['gradients and paths', (method) => method.space === 'input' && method.name !== 'lrp' && method.name !== 'guided-grad-cam'],
  ['relevance', (method) => method.name === 'lrp'],
  ['class activation', (method) => method.space === 'layer' || /cam$|full-grad/.test(method.name)],
  ['perturbation', (method) => method.space === 'image' && !/cam$|full-grad/.test(method.name)],
  ['transformers and CLIP', (method) => method.space === 'tokens'],
];
const readmeTable = table(
  ['family', 'methods'],
  [
    ...groups.map(([family, belongs]) => [
      family,
      methods
        .filter(belongs)
        .map(({ name }) => code(name))
        .join(' '),
    ]),
    ['classical, without a model', saliencyMethods.map(({ name }) => code(name)).join(' ')],
  ],
);

const readme = readFileSync(new URL('README.md', root), 'utf8').replace(
  /(<!-- methods -->\n)[\s\S]*?(\n<!-- \/methods -->)/,
  (_, start, end) => start + readmeTable + end,
);

let stale = false;
for (const [path, text] of Object.entries({ 'FEATURES.md': features, 'docs/cli.md': cli, 'README.md': readme })) {
  const file = new URL(path, root);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is not what the code says; run: npm run build && node scripts/documents.mjs`);
    stale = true;
  }
}
process.exitCode = stale ? 1 : 0;
