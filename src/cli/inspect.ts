/** `sightline inspect`: what a model is made of, and what can be done with it. */
import { Command } from 'commander';
import type { Treatment } from '../autodiff/relevance/relevance.js';
import { type Described, type Inspection, inspect } from '../explain/inspect.js';
import type { Obstacle } from '../explain/obstacles.js';
import { prepare } from '../explain/subject.js';
import { treatmentOf } from '../explain/treatment.js';
import { printGraph } from '../onnx/print.js';
import type { DescribedTransformer } from '../transformers/describe.js';
import { textOrFile } from './arguments.js';
import { openModel } from './open-model.js';

interface Arguments {
  readonly json?: boolean;
  readonly text?: boolean;
  readonly output?: string;
  readonly composite?: string;
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('list inputs, outputs, operators with what can be done with each, and layers')
    .argument('[model]', 'an .onnx file, a folder with one, or a bundled name')
    .option('--json', 'print JSON')
    .option('--text', 'print the graph as it is explained, one line per node')
    .option('--output <name>', 'the output to explain, where there are several')
    .option('--composite <name>', 'list which relevance rule each node would get: the name of a composite, or a .json file')
    .action(run);
}

async function run(name: string | undefined, { json, text, output, composite }: Arguments): Promise<void> {
  const { graph, path } = await openModel(name);
  if (text) {
    process.stdout.write(printGraph(prepare(graph, { output }).graph));
    return;
  }
  if (composite !== undefined) {
    const treatments = treatmentOf(graph, textOrFile(composite), { output });
    process.stdout.write(json ? `${JSON.stringify(treatments, null, 2)}\n` : describeTreatments(treatments));
    return;
  }
  const inspection = inspect(graph, { output });
  process.stdout.write(json ? `${JSON.stringify({ model: path, ...inspection }, null, 2)}\n` : describe(path, inspection));
}

const meaning = { rule: 'gradient', zero: 'gradient is zero', none: 'no gradient rule' } as const;

function describe(
  path: string,
  { opset, producer, inputs, outputs, operators, layers, suggestedLayer, transformer, notes, obstacles, blocked }: Inspection,
): string {
  const value = ({ name, dtype, shape }: Described) => `  ${name}  ${dtype} [${shape?.join(', ') ?? '?'}]`;
  const width = Math.max(0, ...operators.map(({ operator }) => operator.length));
  return [
    `${path}  (opset ${opset}${producer ? `, ${producer}` : ''})`,
    'inputs',
    ...inputs.map(value),
    'outputs',
    ...outputs.map(value),
    'operators',
    ...operators.map(
      ({ operator, count, gradient }) => `  ${operator.padEnd(width)} ${String(count).padStart(5)}  ${meaning[gradient]}`,
    ),
    `layers (feature maps with a grid; * suggested for class activation maps)`,
    ...(layers.length
      ? layers.map((layer) => `${layer.name === suggestedLayer ? '*' : ' '}${value(layer).slice(1)}`)
      : ['  none']),
    ...(transformer ? ['transformer', ...describeFound(transformer)] : []),
    ...notes.map((note) => `note: ${note}`),
    ...(obstacles.length ? ['obstacles', ...obstacles.flatMap(describeObstacle)] : []),
    ...(blocked.length ? [`blocked: ${blocked.map(({ method }) => method).join(', ')}`] : []),
    '',
  ].join('\n');
}

function describeFound(found: DescribedTransformer): string[] {
  const { blocks, classBlocks, otherAttentions, heads, tokens, prefixTokens, grid, reads, decomposes } = found;
  return [
    `  ${blocks} attention block${blocks === 1 ? '' : 's'} of ${heads} head${heads === 1 ? '' : 's'}${classBlocks ? `, and ${classBlocks} in which a class token alone looks at the patches` : ''}`,
    ...(otherAttentions
      ? [
          `  ${otherAttentions} other attention${otherAttentions === 1 ? '' : 's'}, within windows, blended with other weights, or between other tokens`,
        ]
      : []),
    `  ${tokens} tokens: ${grid[0]} x ${grid[1]} patches${prefixTokens ? ` behind ${prefixTokens} other${prefixTokens > 1 ? 's' : ''}` : ''}`,
    `  scores are read from: ${reads}`,
    `  scores ${decomposes ? 'fall apart exactly into' : 'are no sum of'} what heads add to the residual stream`,
  ];
}

function describeObstacle({ operator, node, attributes, reason, help }: Obstacle): string[] {
  const place = operator ? [`  ${[`${operator} at "${node}"`, attributes].filter(Boolean).join('  ')}`] : [];
  return [...place, `    ${reason}`, `    help: ${help}`];
}

/** One line per node, from the input to the scores. */
function describeTreatments(treatments: readonly Treatment[]): string {
  const rows = treatments.map(({ name, op, merged, rule, kind, depth }) => [
    rule,
    [op, ...merged].join(' + '),
    kind === 'convolution' || kind === 'dense' ? `depth ${depth.toFixed(2)}` : '',
    name,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
