/** Writes what bench/saliency.mjs measured into a page, between comments that name the table. */

/** The page with each table whose figures are there replaced; other tables stay. */
export function documented(page, result) {
  const tables = {
    times: result.ratios && timesTable(result),
    growth: result.growth && growthTable(result.growth),
    memory: result.memory && memoryTable(result.memory),
    video:
      result.video && `${result.video.framesPerSecond} frames a second at ${result.video.size}, ${result.video.frameMs} ms each.`,
  };
  return Object.entries(tables).reduce((text, [name, table]) => {
    if (!table) return text;
    const block = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end -->)`);
    if (!block.test(text)) throw new Error(`the page has no <!-- ${name} --> ... <!-- end -->`);
    return text.replace(block, (_, start, end) => `${start}${table}\n${end}`);
  }, page);
}

function timesTable({ engine, side, ms, peers, ratios }) {
  const rows = Object.entries(ms).map(([label, { median }]) => {
    const other = peers.ms[label];
    return [code(label), median, other?.median ?? '', ratios[label]?.median ?? '', ratios[label]?.min ?? ''];
  });
  return `${rowsOf([['', 'ms', 'peer, ms', 'ratio of medians', 'of the smallest'], ...rows])}

${side} x ${side}, ${engine}; the peers are OpenCV ${peers.opencv} and scikit-image ${peers.skimage} in Python, ${peers.threads} thread.`;
}

function growthTable({ unit, ...methods }) {
  const sizes = Object.keys(Object.values(methods)[0]);
  const rows = Object.entries(methods).map(([label, times]) => [code(label), ...sizes.map((size) => times[size])]);
  return rowsOf([[unit, ...sizes], ...rows]);
}

function memoryTable({ megapixels, ...methods }) {
  const rows = Object.entries(methods).map(([label, { megabytes, bytesPerPixel, seconds }]) => [
    code(label),
    megabytes,
    bytesPerPixel,
    seconds < 10 ? seconds.toFixed(1) : Math.round(seconds),
  ]);
  return rowsOf([[`${megapixels} megapixels`, 'MB beside the picture', 'bytes a pixel', 'seconds'], ...rows]);
}

function rowsOf([head, ...rows]) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`, ...rows.map(line)].join('\n');
}

function code(label) {
  return `\`${label}\``;
}
