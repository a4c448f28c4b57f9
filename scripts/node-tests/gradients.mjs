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

/** What is no number to differentiate by is a constant, as it is in models: indices, sizes, scales. */
async function frozen(model, feeds, library) {
  const { Graph } = await library('onnx/graph.js');
  const { constantValue } = await library('onnx/builder.js');
  const { fromArray } = await library('onnx/tensor.js');
  const { copy, rewrite } = await library('onnx/rewrite.js');
  const { upgrade } = await library('onnx/upgrade/index.js');
  const isSetting = ({ name }) => feeds[name].type !== 'float32' || /^(scales|roi)$/.test(name);
  const input = (value) =>
    isSetting(value) && feeds[value.name].type !== 'string'
      ? constantValue(value.name, fromArray(feeds[value.name].type, feeds[value.name].data, feeds[value.name].dims))
      : value;
  const { inputs, ...rest } = rewrite(upgrade(model), { input, node: copy });
  return new Graph({
    ...rest,
    name: 'frozen',
    inputs: inputs.filter(({ tensor }) => !tensor),
    outputs: rest.outputs,
    details: rest.details,
  });
}

/** "right", "wrong: ...", or why there is nothing to compare. */
export async function gradientVerdict({ model, feeds, library, run }) {
  const { plain } = await library('onnx/plain.js');
  const { Graph } = await library('onnx/graph.js');
  const { Builder } = await library('onnx/builder.js');
  const { namesOf } = await library('onnx/rewrite.js');
  const { encodeModel } = await library('onnx/codec/index.js');
  const { propagate } = await library('autodiff/propagate.js');
  const { gradient } = await library('autodiff/gradient/index.js');
  const { Tensor } = await import('onnxruntime-node');

  const sizes = Object.fromEntries(
    Object.entries(feeds)
      .filter(([name, { type, dims }]) => type === 'float32' && !/^(scales|roi)$/.test(name) && dims.every((size) => size > 0))
      .map(([name, { dims }]) => [name, dims]),
  );
  let graph;
  try {
    const form = plain(await frozen(model, feeds, library), { sizes });
    if (form.approximate) return 'straight through rounding';
    graph = form.graph;
  } catch (error) {
    return error.name === 'UserError' ? `refused: ${error.message}` : `wrong: ${error.message}`;
  }
  const isFloat = ({ dtype }) => dtype === 'float32';
  const outputs = graph.outputs.filter((value) => isFloat(value) && value.producer);
  const b = new Builder(graph.details.opset, namesOf(graph));
  const seeds = new Map(outputs.map((value, i) => [value, b.input(`seed${i}`, 'float32', value.shape ?? [])]));
  const sources = [];
  const shares = [];
  let reason = 'no float input';
  for (const source of graph.inputs.filter((value) => isFloat(value) && feeds[value.name]?.type === 'float32')) {
    try {
      shares.push(propagate(b, { seeds, sources: [source], table: gradient })[0]);
      sources.push(source);
    } catch (error) {
      if (error.name !== 'UserError') return `wrong: ${error.message}`;
      reason = /has no gradient rule/.test(error.message)
        ? 'no rule'
        : /zero everywhere|does not lead/.test(error.message)
          ? 'zero'
          : `refused: ${error.message}`;
    }
  }
  if (!sources.length) return reason;

  const named = shares.map((share, i) => b.op('Identity', [share], {}, { outputs: [`gradient${i}`] }));
  const backward = new Graph({
    ...graph,
    name: 'backward',
    inputs: [...graph.inputs, ...seeds.values()],
    outputs: named,
    details: graph.details,
  });
  const forward = new Graph({ ...graph, name: 'forward', inputs: graph.inputs, outputs, details: graph.details });
  const random = seeded(7);
  // Away from ties and kinks, which tests are fond of.
  const start = Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]]));
  for (const { name } of sources)
    start[name] = new Tensor(
      'float32',
      Float32Array.from(feeds[name].data, (x) => x * (1 + 0.05 * random()) + 0.07 * random()),
      feeds[name].dims,
    );
  try {
    const at = async (values) => run(encodeModel(forward), values);
    const y = await at(start);
    const dy = Object.fromEntries(
      outputs.map(({ name }, i) => [`seed${i}`, new Tensor('float32', Float32Array.from(y[name].data, random), y[name].dims)]),
    );
    const gradients = await run(encodeModel(backward), { ...start, ...dy });
    const directions = Object.fromEntries(sources.map(({ name }) => [name, Float32Array.from(start[name].data, random)]));
    let slope = 0;
    let size = 0;
    sources.forEach(({ name }, i) => {
      gradients[`gradient${i}`].data.forEach((value, k) => {
        slope += value * directions[name][k];
        size += Math.abs(value * directions[name][k]);
      });
    });
    if (!Number.isFinite(slope)) return 'not finite';
    let nearest = Number.POSITIVE_INFINITY;
    for (const step of STEPS) {
      const moved = (sign) => {
        const values = { ...start };
        for (const { name } of sources)
          values[name] = new Tensor(
            'float32',
            start[name].data.map((x, k) => x + sign * step * directions[name][k]),
            start[name].dims,
          );
        return at(values);
      };
      const [above, below] = [await moved(1), await moved(-1)];
      let rise = 0;
      outputs.forEach(({ name }, i) => {
        above[name].data.forEach((value, k) => {
          rise += (value - below[name].data[k]) * dy[`seed${i}`].data[k];
        });
      });
      const difference = rise / (2 * step);
      if (!Number.isFinite(difference)) continue;
      if (Math.abs(difference - slope) <= RTOL * Math.max(size / Math.sqrt(4), Math.abs(slope), 1e-4)) return 'right';
      if (Math.abs(difference - slope) < Math.abs(nearest - slope)) nearest = difference;
    }
    if (!Number.isFinite(nearest)) return 'not finite';
    // A softmax over scores of a billion, as light models without their weights have it, does not move at all.
    return nearest === 0
      ? 'flat within rounding'
      : `wrong: slope ${slope.toPrecision(5)}, differences say ${nearest.toPrecision(5)}`;
  } catch (error) {
    return `wrong: ${error.message.split('\n')[0].slice(0, 160)}`;
  }
}
