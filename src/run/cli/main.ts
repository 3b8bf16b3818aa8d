import { pipeline } from 'node:stream/promises';
import { CommanderError } from 'commander';
import type { Terminal } from './command-context.ts';
import { addApplyCommand } from './commands/apply.ts';
import { addAuditCommand } from './commands/audit.ts';
import type { AddCommand } from './commands/command.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDeviceCommand } from './commands/device.ts';
import { addInitCommand } from './commands/init.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addProveCommand } from './commands/prove.ts';
import { addQuarantineCommand } from './commands/quarantine.ts';
import { addQueryCommand } from './commands/query.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addSendCommand } from './commands/send-command.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTableCommand } from './commands/table.ts';
import { addUpCommand } from './commands/up.ts';
import { addUserCommand } from './commands/user.ts';
import { addWitnessCommand } from './commands/witness.ts';
import { EXIT, printFailure } from './print-failure.ts';
import { makeProgram } from './program.ts';

const COMMANDS: readonly AddCommand[] = [
  addDemoCommand,
  addInitCommand,
  addPlanCommand,
  addApplyCommand,
  addUpCommand,
  addStatusCommand,
  addDeviceCommand,
  addReplayCommand,
  addQueryCommand,
  addTableCommand,
  addUserCommand,
  addSendCommand,
  addQuarantineCommand,
  addAuditCommand,
  addWitnessCommand,
  addProveCommand,
];

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  pipe: (bytes) => pipeline(bytes, process.stdout, { end: false }),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
};

// Whoever reads the output may leave, as `head` does: that is no failure of the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.done);
});

try {
  await makeProgram(terminal, COMMANDS).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else process.exitCode = printFailure(error, terminal, process.argv.includes('--json'));
}
