/** The files of an explanation, and what the terminal says about it. */
import { basename } from 'node:path';
import type { OpenedModel } from '../catalog/node/open.js';
import { inputName } from '../catalog/node/photo.js';
import { fail } from '../errors.js';
import type { Explanation } from '../explain/explanation.js';
import { describeFidelity, fidelity } from '../explain/fidelity.js';
import { planeOf } from '../image/index.js';
import { encodePng } from '../image/node/index.js';
import { isQuantized } from '../onnx/dequantize/index.js';
import { describeFlow } from '../report/flow.js';
import { htmlReport } from '../report/html.js';
import { scoreNames } from '../report/names.js';
import { type Backdrop, drawExplanation } from '../report/picture.js';
import { recordOf, topClasses } from '../report/record.js';
import { type NamedMap, saliencySheet } from '../report/saliency-sheet.js';
import { drawTruth, truthFigure } from '../report/truth.js';
import { describeWords } from '../report/words.js';
import type { Scene } from '../scenes/index.js';
import { encodeNpy } from '../tensor/npy.js';
import type { FloatArray } from '../tensor/tensor.js';
import { version } from './version.js';

/** An input's tensor, and what its maps are drawn over. */
export interface Subject {
  readonly input: string;
  readonly tensor: FloatArray;
  readonly backdrops: () => readonly Backdrop[];
  readonly layout: 'NCHW' | 'NHWC';
  readonly isPhoto: boolean;
  /** Where the truth is known. */
  readonly scene?: Scene | undefined;
}

export const formats = ['png', 'npy', 'json', 'html'] as const;
export type Format = (typeof formats)[number];

export function formatNamed(name: string): Format {
  return (
    formats.find((format) => format === name) ?? fail(`format "${name}" is not written; the formats are ${formats.join(', ')}`)
  );
}

/** The files of all explanations of one input, by name: one of each format for each method. */
export async function filesOf(
  explanations: readonly Explanation[],
  subject: Subject,
  model: OpenedModel,
  written: readonly Format[],
): Promise<Record<string, Uint8Array | string>> {
  const { labels } = model;
  const { input, layout } = subject;
  const context = {
    version: version(),
    model: model.path,
    input,
    labels,
    recipe: subject.isPhoto ? model.recipe : undefined,
    notes: [...(subject.isPhoto ? model.assumptions : []), ...(await deviations(subject, model, written))],
  };
  const pictures = new Map<Explanation, Promise<Uint8Array>>();
  const picture = (explanation: Explanation) => {
    const drawn = pictures.get(explanation) ?? encodePng(drawExplanation(explanation, subject.backdrops(), { labels, layout }));
    pictures.set(explanation, drawn);
    return drawn;
  };
  const page = async (explanation: Explanation) => {
    const order = [explanation, ...explanations.filter((other) => other !== explanation)];
    const figures = await Promise.all(order.map(async (one) => ({ explanation: one, picture: await picture(one) })));
    const photos = await Promise.all(subject.backdrops().map(({ photo }) => encodePng(photo)));
    const { scene } = subject;
    const truth = scene && truthFigure(scene, await encodePng(drawTruth(scene)));
    return htmlReport(figures, { ...context, title: basename(input), photos, truth });
  };
  const makers: Record<Format, (explanation: Explanation) => Promise<Uint8Array | string>> = {
    png: picture,
    npy: async ({ attribution }) => encodeNpy(attribution),
    json: async (explanation) => `${JSON.stringify(recordOf(explanation, context), null, 2)}\n`,
    html: page,
  };
  const files: Record<string, Uint8Array | string> = {};
  for (const explanation of explanations) {
    const stem = `${inputName(input)}.${explanation.method.name}`;
    for (const format of written) files[`${stem}.${format}`] = await makers[format](explanation);
    const maps = candidatesOf(explanation);
    if (maps.length) files[`${stem}.maps.png`] = await encodePng(saliencySheet(maps));
  }
  return files;
}

/** The maps that each row's was chosen from, with their scores. */
function candidatesOf({ rows }: Explanation): NamedMap[] {
  return rows.flatMap(({ candidates = [] }, row) =>
    candidates.map(({ name, score, map }) => ({
      name: `${rows.length > 1 ? `row ${row}, ` : ''}${name}: ${score.toFixed(2)}`,
      map: planeOf(map),
    })),
  );
}

/** The classes, what was explained where, and the files. */
export function summary(
  explanation: Explanation,
  { input, isPhoto }: Subject,
  model: OpenedModel,
  paths: readonly string[],
): string {
  const { rows, layers, method, notes, hints, scale } = explanation;
  const { labels, assumptions } = model;
  const label = scoreNames(explanation, labels);
  // Cosines of texts lie close together.
  const shown = (score: number) => score.toFixed(scale === undefined ? 2 : 3);
  const classes = rows.map(({ scores, target, completeness, flow, words }) => {
    const share = (probability: number) =>
      scale !== undefined && scores.length > 1 ? ` (${(100 * probability).toFixed(1)} %)` : '';
    const top = topClasses(scores, 3, scale).map(
      ({ index, score, probability }) => `${label(index)} ${shown(score)}${share(probability)}`,
    );
    const lines = [
      `scores    ${top.join(', ')}`,
      `explained ${label(target)} (${target}), ${shown(scores[target]!)}, by ${method.name}`,
      ...(completeness ? [`adds up   to ${completeness.sum.toPrecision(5)} of ${completeness.expected.toPrecision(5)}`] : []),
      ...(flow ? [`relevance ${describeFlow(flow)}`] : []),
      ...(words ? [`words     ${describeWords(words)}`] : []),
    ];
    return lines.map((line) => `  ${line}\n`).join('');
  });
  const where = layers.map(({ name, shape }) => `  layer     ${name} [${shape.join(', ')}]\n`);
  const remarks = [...notes, ...(isPhoto ? assumptions : [])].map((note) => `  note      ${note}\n`);
  const advice = hints.map((hint) => `  hint      ${hint}\n`);
  const files = paths
    .filter((path) => basename(path).startsWith(`${inputName(input)}.${method.name}.`))
    .map((path) => `  file      ${path}\n`);
  return [`${input}\n`, ...classes, ...where, ...remarks, ...advice, ...files].join('');
}

/** How far what is explained is from a quantised model itself, for records. */
async function deviations({ tensor }: Subject, model: OpenedModel, written: readonly Format[]): Promise<string[]> {
  const [image, ...others] = model.graph.inputs;
  const isRecorded = written.includes('json') || written.includes('html');
  if (!isRecorded || !image || others.length || !isQuantized(model.graph)) return [];
  return (await fidelity(model, { [image.name]: tensor })).map(describeFidelity);
}
