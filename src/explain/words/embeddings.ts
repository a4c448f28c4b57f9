/** Finds where the tokens of a text enter its tower: as rows of a table, chosen by their ids. */
import { fail } from '../../errors.js';
import { type Node, operands, reachable, type Value } from '../../onnx/graph.js';
import { isFloat } from '../../onnx/tensor.js';

/** What depends on ids by their number alone, not by which they are. */
const sizes = new Set(['Shape', 'Size']);

/**
 * The embeddings of the tokens, [N, T, d], before positions are added.
 * @param ids the input, int [N, T]
 * @throws UserError if no table is read at the ids
 */
export function tokenEmbeddings(ids: Value, vector: Value): Value {
  const chosen = new Set<Value>([ids]);
  const { nodes } = reachable([vector]);
  for (const node of nodes) {
    const [table, places] = node.inputs;
    // Behind the table, ids still say where the text ends.
    if (node.op === 'Gather' && chosen.has(places!) && !chosen.has(table!) && node.output().rank === 3)
      return asNumbers(node.output(), nodes);
    if (!sizes.has(node.op) && operands(node).some((value) => chosen.has(value)))
      for (const output of node.outputs) chosen.add(output);
  }
  return fail(
    `the text tower does not look its tokens up in a table by "${ids.name}", so their relevance cannot be computed; take --words occlusion`,
  );
}

/** What a table of a quantised tower goes through: (Cast(integers) - zero point) scale. */
const scaling = new Set(['Cast', 'Sub', 'Mul']);

function asNumbers(rows: Value, nodes: readonly Node[]): Value {
  if (isFloat(rows.dtype)) return rows;
  let value = rows;
  for (const node of nodes) if (node.inputs[0] === value && scaling.has(node.op)) value = node.output();
  return value;
}
