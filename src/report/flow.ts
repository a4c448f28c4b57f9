/** Shows where relevance went: in a line, and as a chart from the score down to the input. */

import type { NodeFlow, RowFlow } from '../explain/flow.js';
import { escaped } from './markup.js';

const shown = (value: number) => value.toPrecision(4);

/** `28.5 of 31.9 reaches the map; biases keep 3.1, stabilisers 0.0002, rules 0.2` */
export function describeFlow({ start, end, absorbed }: RowFlow): string {
  const rest = absorbed
    ? `; biases keep ${shown(absorbed.bias)}, stabilisers ${shown(absorbed.stabiliser)}, rules ${shown(absorbed.rule)}`
    : '';
  return `${shown(end)} of ${shown(start)} reaches the map${rest}`;
}

export const flowFacts = (flow: RowFlow | undefined): [string, string][] => (flow ? [['relevance', describeFlow(flow)]] : []);

/**
 * A row for each node: what arrived there, what it passed on, what it kept.
 * @param of whose relevance it is
 */
export function flowChart(flow: RowFlow | undefined, of: string): string {
  if (!flow?.nodes?.length) return '';
  const scale = Math.max(...flow.nodes.flatMap(({ arrived, passed }) => [Math.abs(arrived), Math.abs(passed)]), 1e-30);
  return `<details class="flow"><summary>${escaped(of)}: relevance from the score to the input</summary>
<div><table><tr><th>node</th><th>rule</th><th>arrived, passed on</th><td>arrived</td><td>passed on</td><td>biases</td><td>stabilisers</td><td>rule</td></tr>
${flow.nodes.map((node) => flowRow(node, scale)).join('\n')}
</table></div></details>`;
}

function flowRow({ name, op, treatment, arrived, passed, bias, stabiliser, rule }: NodeFlow, scale: number): string {
  const bar = (value: number, kind: string) =>
    `<span class="${kind}${value < 0 ? ' negative' : ''}" style="width:${((100 * Math.abs(value)) / scale).toFixed(1)}%"></span>`;
  const cells = [arrived, passed, bias, stabiliser, rule].map(
    (value) => `<td>${Math.abs(value) < 1e-6 * scale ? '0' : shown(value)}</td>`,
  );
  return `<tr><th title="${escaped(op)}">${escaped(name)}</th><th>${escaped(treatment)}</th><td class="bars">${bar(arrived, 'arrived')}${bar(passed, 'passed')}</td>${cells.join('')}</tr>`;
}

export const flowStyle = `
.flow { margin-top: 1rem; font-size: 0.8rem; border: 1px solid var(--line); border-radius: 8px; padding: 0.6rem 1rem; } .flow div { overflow-x: auto; margin-top: 0.5rem; }
.flow table { width: 100%; } .flow th { white-space: nowrap; } .flow tr:nth-child(even) { background: color-mix(in srgb, currentColor 5%, transparent); }
.bars { width: 30%; min-width: 8rem; } .bars span { display: block; height: 0.3rem; margin: 1px 0; background: #dc2626; } .bars .passed { opacity: 0.55; } .bars .negative { background: #2563eb; }
`;
