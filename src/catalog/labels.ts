/** Names of classes: from a file, a model's configuration or its metadata. */
import { didYouMean, fail } from '../errors.js';
import type { Target } from '../explain/dense-scores.js';

/**
 * Reads class names from JSON: a list; a map of index to name (`id2label`), to [id, name] or to a record with a name; or a record
 * that has one of these under `id2label`, `labels`, `names` or `classes`.
 * @returns names in the order of their indices, or nothing where the JSON holds none
 */
export function labelsFrom(json: unknown): string[] | undefined {
  if (Array.isArray(json))
    return json.length && json.every((entry) => nameOf(entry) !== undefined) ? json.map((entry) => nameOf(entry)!) : undefined;
  if (!json || typeof json !== 'object') return undefined;
  const record = json as Record<string, unknown>;
  for (const key of ['id2label', 'labels', 'names', 'classes']) {
    const inner = record[key] === undefined ? undefined : labelsFrom(record[key]);
    if (inner) return inner;
  }
  const entries = Object.entries(record);
  if (!entries.length || !entries.every(([key, entry]) => /^\d+$/.test(key) && nameOf(entry) !== undefined)) return undefined;
  const labels: string[] = [];
  for (const [key, entry] of entries) labels[Number(key)] = nameOf(entry)!;
  return Array.from(labels, (label, i) => label ?? String(i));
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (Array.isArray(entry)) return typeof entry[1] === 'string' ? entry[1] : undefined;
  const name =
    entry && typeof entry === 'object'
      ? ((entry as { name?: unknown; label?: unknown }).name ?? (entry as { label?: unknown }).label)
      : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Class names in a model's metadata: JSON, or Python's way of writing a dictionary. */
export function labelsFromMetadata(metadata: Readonly<Record<string, string>>): string[] | undefined {
  for (const key of ['id2label', 'names', 'labels', 'classes', 'class_names']) {
    const text = metadata[key];
    const labels = text === undefined ? undefined : labelsFrom(parse(text));
    if (labels) return labels;
  }
  return undefined;
}

function parse(text: string): unknown {
  for (const candidate of [text, text.replaceAll(/(\d+):/g, '"$1":').replaceAll("'", '"')]) {
    try {
      return JSON.parse(candidate);
    } catch {
      // The next way of reading it may do.
    }
  }
  return undefined;
}

/**
 * The class that a user means: an index, a label, "top", or a place such as 17/5 in an output with several axes of scores.
 * @throws UserError if no label is this one, with near ones
 */
export function targetNamed(text: string, labels: readonly string[] | undefined): Target {
  const wanted = text.trim();
  if (wanted === 'top') return 'top';
  if (/^\d+(\/\d+)+$/.test(wanted)) return wanted.split('/').map(Number);
  if (/^-?\d+$/.test(wanted)) return Number(wanted);
  if (!labels) fail(`target "${wanted}" is a label, and the model has none; give an index, or top`);
  const same = labels.findIndex((label) => label.toLowerCase() === wanted.toLowerCase());
  // ImageNet's labels list synonyms.
  const synonym = () => labels.findIndex((label) => label.toLowerCase().split(', ').includes(wanted.toLowerCase()));
  const index = same >= 0 ? same : synonym();
  return index >= 0 ? index : fail(`there is no label "${wanted}"${didYouMean(wanted, labels) || '; give an index, or top'}`);
}
