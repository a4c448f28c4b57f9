#!/usr/bin/env node
/** The command line: one file per command; errors become one line and an exit code. */
import { Command, CommanderError } from 'commander';
import { UserError } from '../errors.js';
import { auditCommand } from './audit.js';
import { compileCommand } from './compile.js';
import { conceptsCommand } from './concepts.js';
import { cropCommand } from './crop.js';
import { evaluateCommand } from './evaluate.js';
import { explainCommand } from './explain.js';
import { headWeightsCommand } from './head-weights.js';
import { headsCommand } from './heads.js';
import { inspectCommand } from './inspect.js';
import { scenesCommand } from './scenes.js';
import { simplifyCommand } from './simplify.js';
import { version } from './version.js';

/** Exit codes of the contract. */
const FAILED = 1;
const WRONG_USAGE = 2;

const program = new Command('sightline')
  .description('Shows what an image model looked at: explains ONNX models by gradients and class activation.')
  .version(version())
  .option('--debug', 'show stack traces of errors')
  .showHelpAfterError('(sightline --help lists the commands, sightline <command> --help its options)')
  .configureOutput({ outputError: (message, write) => write(`sightline: ${message.replace(/^error: /, '')}`) });

for (const command of [
  explainCommand(),
  inspectCommand(),
  compileCommand(),
  evaluateCommand(),
  auditCommand(),
  simplifyCommand(),
  cropCommand(),
  headsCommand(),
  headWeightsCommand(),
  conceptsCommand(),
  scenesCommand(),
]) {
  command.copyInheritedSettings(program).exitOverride().option('--debug', 'show stack traces of errors');
  program.addCommand(command);
}

// Whoever reads the output may stop early, as head does; what is left to say is then for nobody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? undefined : report(new Error(`stdout cannot be written: ${error.message}`)));
});

try {
  await program.exitOverride().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  const debug = process.argv.includes('--debug');
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(debug && error instanceof Error ? `${error.stack}\n` : `sightline: ${message}\n`);
  return error instanceof UserError ? WRONG_USAGE : FAILED;
}
