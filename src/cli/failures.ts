/** What a command says when some of its inputs fail: the others are still done. */

export type Failures = readonly (readonly [input: string, error: Error])[];

/** A single input's error is the command's; of several, the failures are listed and the command has failed. */
export function reportFailures(failures: Failures, inputs: number, kind = 'inputs'): void {
  if (inputs === 1) throw failures[0]![1];
  const lines = failures.map(([input, { message }]) => `sightline: ${message.includes(input) ? '' : `${input}: `}${message}\n`);
  process.stderr.write(`${lines.join('')}sightline: ${failures.length} of ${inputs} ${kind} failed\n`);
  process.exitCode = 1;
}
