/** Compares the emitted gradient of a model with differences of its outputs along random directions. */

/** Differences are good to about this share of the slope, where the step suits; several are tried. */
const RTOL = 0.03;
const STEPS = [1e-2, 2e-3, 3e-2, 4e-4];

function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  };
}

/** Sizes, not what is looked at. */
const isSetting = (name, { type }) => type !== 'float32' || /^(scales|roi)$/.test(name);

const kindOf = ({ type, dims }) =>
  dims.includes(0) ? 'empty' : type === 'string' ? 'text' : type === 'bool' ? 'truth values' : 'integers';

/** What is no number to differentiate by is a constant, as it is in models: indices, sizes, scales. */
async function frozen(model, feeds, library) {
  const { Graph } = await library('onnx/graph.js');
  const { constantValue } = await library('onnx/builder.js');
  const { fromArray } = await library('onnx/tensor.js');
  const { copy, rewrite } = await library('onnx/rewrite.js');
  const { upgrade } = await library('onnx/upgrade/index.js');
  const input = (value) => {
    const feed = feeds[value.name];
    return isSetting(value.name, feed) && feed.type !== 'string'
      ? constantValue(value.name, fromArray(feed.type, feed.data, feed.dims))
      : value;
  };
  const { inputs, ...rest } = rewrite(upgrade(model), { input, node: copy });
  return new Graph({
    ...rest,
    name: 'frozen',
    inputs: inputs.filter(({ tensor }) => !tensor),
    outputs: rest.outputs,
    details: rest.details,
  });
}

/** The operators at which the way back from the outputs to a source ends, and why: "Floor: zero, ...". */
async function endsOf(graph, source, library) {
  const { ruleName, ruleOf } = await library('autodiff/propagate.js');
  const { gradient } = await library('autodiff/gradient/index.js');
  const { whyZero } = await library('autodiff/gradient/zero.js');
  const { noGradient } = await library('autodiff/rule.js');
  const reached = new Set([source]);
  const found = [];
  for (const node of graph.nodes) {
    if (![...node.inputs, ...node.captured].some((value) => reached.has(value))) continue;
    const [rule, name] = [ruleOf(gradient, node), ruleName(node)];
    const isFloat = node.outputs.some(({ dtype }) => dtype === undefined || dtype === 'float32');
    if (!rule && isFloat) found.push(`${name}: no rule`);
    if (rule === noGradient || whyZero.has(name) || !isFloat)
      found.push(`${name}: zero, ${whyZero.get(name) ?? `yields ${node.output().dtype}`}`);
    else for (const output of node.outputs) reached.add(output);
  }
  if (found.some((each) => each.endsWith('no rule'))) return found.filter((each) => each.endsWith('no rule'));
  const uses = graph.nodes.filter((node) => node.inputs.includes(source));
  return found.length ? found : uses.map((node) => `${ruleName(node)}: zero in "${source.name}" at its settings`);
}

/**
 * "right", "wrong: ...", or why there is nothing to compare, and the operators that have no gradient with the reason.
 * @returns {Promise<{ verdict: string, without: string[] }>}
 */
export async function gradientVerdict({ model, feeds, library, run }) {
  const { plain } = await library('onnx/plain.js');
  const { Builder } = await library('onnx/builder.js');
  const { namesOf } = await library('onnx/rewrite.js');
  const { propagate, ruleName } = await library('autodiff/propagate.js');
  const { gradient } = await library('autodiff/gradient/index.js');

  const floats = Object.entries(feeds).filter(([name, feed]) => !isSetting(name, feed) && feed.dims.every((size) => size > 0));
  if (!floats.length) {
    const kinds = [...new Set(Object.values(feeds).map(kindOf))].sort().join(' and ');
    const last = ruleName(model.nodes.at(-1));
    return { verdict: 'no float input', without: [`${last}: ${kinds ? `its inputs are ${kinds}` : 'it has no inputs'}`] };
  }
  let graph;
  try {
    const form = plain(await frozen(model, feeds, library), {
      sizes: Object.fromEntries(floats.map(([name, { dims }]) => [name, dims])),
    });
    if (form.approximate) return { verdict: 'straight through rounding', without: [] };
    graph = form.graph;
  } catch (error) {
    return { verdict: error.name === 'UserError' ? `refused: ${error.message}` : `wrong: ${error.message}`, without: [] };
  }
  const isFloat = ({ dtype }) => dtype === 'float32';
  const outputs = graph.outputs.filter((value) => isFloat(value) && value.producer);
  const b = new Builder(graph.details.opset, namesOf(graph));
  const seeds = new Map(outputs.map((value, i) => [value, b.input(`seed${i}`, 'float32', value.shape ?? [])]));
  const [sources, shares, flat, without] = [[], [], [], []];
  for (const source of graph.inputs.filter((value) => floats.some(([name]) => name === value.name) && isFloat(value))) {
    try {
      shares.push(propagate(b, { seeds, sources: [source], table: gradient })[0]);
      sources.push(source);
    } catch (error) {
      if (error.name !== 'UserError') return { verdict: `wrong: ${error.message}`, without };
      const isZero = /zero everywhere|does not lead/.test(error.message) && !/has no gradient rule/.test(error.message);
      const isRule = /has no gradient rule, and it lies/.test(error.message) || isZero;
      without.push(...(isRule ? await endsOf(graph, source, library) : [error.message]));
      flat.push(...(isZero ? [source] : []));
    }
  }
  const compare = comparison({ graph, outputs, seeds, feeds, library, run, b });
  const random = without.some((reason) => reason.includes('at random'));
  const verdicts = await Promise.all([
    sources.length ? compare(sources, shares) : 'zero',
    flat.length && outputs.length && !random ? compare(flat, undefined) : 'zero',
  ]);
  const unfit = verdicts.find((verdict) => /^(wrong|not finite|flat)/.test(verdict));
  const lacks = without.some((reason) => !reason.includes(': zero'));
  return { verdict: unfit ?? (lacks ? 'no rule' : verdicts[0]), without };
}

/** Where a test's numbers are ties, kinks or no numbers, others near them; where those leave the domain, ones nearer to zero, or positive. */
const starts = [
  (random) => (x) => (Number.isFinite(x) ? x * (1 + 0.05 * random()) + 0.07 * random() : random()),
  (random) => (x) => (Number.isFinite(x) ? x * (0.9 + 0.03 * random()) : random()),
  (random) => (x) => 0.3 + 0.5 * Math.abs(Number.isFinite(x) ? x % 1 : random()),
];

/** Compares shares of sources with differences; sources without shares must not move the outputs. */
function comparison({ graph, outputs, seeds, feeds, library, run, b }) {
  return async (sources, shares) => {
    const { Graph } = await library('onnx/graph.js');
    const { encodeModel } = await library('onnx/codec/index.js');
    const { Tensor } = await import('onnxruntime-node');
    const forward = encodeModel(new Graph({ ...graph, name: 'forward', inputs: graph.inputs, outputs, details: graph.details }));
    const backward =
      shares &&
      encodeModel(
        new Graph({
          ...graph,
          name: 'backward',
          inputs: [...graph.inputs, ...seeds.values()],
          outputs: shares.map((share, i) => b.op('Identity', [share], {}, { outputs: [`gradient${i}`] })),
          details: graph.details,
        }),
      );
    const attempt = async (around) => {
      const random = seeded(7);
      const tensor = (name, change) => new Tensor('float32', Float32Array.from(feeds[name].data, change), feeds[name].dims);
      const start = Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]]));
      for (const { name } of sources) start[name] = tensor(name, around(random));
      const y = await run(forward, start);
      const dy = outputs.map(({ name }) => Float32Array.from(y[name].data, (value) => (Number.isFinite(value) ? random() : 0)));
      const directions = Object.fromEntries(sources.map(({ name }) => [name, Float32Array.from(start[name].data, random)]));
      const risen = async (step) => {
        const moved = (sign) => {
          const values = { ...start };
          for (const { name } of sources)
            values[name] = new Tensor(
              'float32',
              start[name].data.map((x, k) => x + sign * step * directions[name][k]),
              start[name].dims,
            );
          return run(forward, values);
        };
        const [above, below] = [await moved(1), await moved(-1)];
        const rise = outputs.reduce(
          (sum, { name }, i) =>
            dy[i].reduce((s, upstream, k) => (upstream ? s + (above[name].data[k] - below[name].data[k]) * upstream : s), sum),
          0,
        );
        return rise / (2 * step);
      };
      if (!backward) {
        const rise = await risen(1e-4);
        return rise === 0 ? 'zero' : `wrong: zero, differences say ${rise.toPrecision(5)}`;
      }
      const upstream = Object.fromEntries(outputs.map(({ name }, i) => [`seed${i}`, new Tensor('float32', dy[i], y[name].dims)]));
      const gradients = await run(backward, { ...start, ...upstream });
      const parts = sources.flatMap(({ name }, i) =>
        Array.from(gradients[`gradient${i}`].data, (value, k) => value * directions[name][k]),
      );
      const slope = parts.reduce((sum, part) => sum + part, 0);
      const size = parts.reduce((sum, part) => sum + Math.abs(part), 0);
      if (!Number.isFinite(slope)) return 'not finite';
      let nearest = Number.POSITIVE_INFINITY;
      for (const step of STEPS) {
        const difference = await risen(step);
        if (!Number.isFinite(difference)) continue;
        if (Math.abs(difference - slope) <= RTOL * Math.max(size / 2, Math.abs(slope), 1e-4)) return 'right';
        if (Math.abs(difference - slope) < Math.abs(nearest - slope)) nearest = difference;
      }
      if (!Number.isFinite(nearest)) return 'not finite';
      // A softmax over scores of a billion, as light models without their weights have it, does not move at all.
      return nearest === 0
        ? 'flat within rounding'
        : `wrong: slope ${slope.toPrecision(5)}, differences say ${nearest.toPrecision(5)}`;
    };
    try {
      let verdict = 'not finite';
      for (const around of starts) {
        verdict = await attempt(around);
        if (verdict !== 'not finite') break;
      }
      return verdict;
    } catch (error) {
      return `wrong: ${error.message.split('\n')[0].slice(0, 160)}`;
    }
  };
}
