import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';

const MODULE = new URL('./leave-terminal-signals.ts', import.meta.url).href;

test('leaveTerminalSignals() has a process go on where the terminal interrupts or closes, and end where it is told to', async (t) => {
  const program = join(await temporaryFolder(t), 'child.mjs');
  await writeFile(
    program,
    `import { leaveTerminalSignals } from '${MODULE}';
    leaveTerminalSignals();
    process.on('message', () => process.send('goes on'));
    process.send('up');`,
  );
  const child = fork(program, [], { execArgv: [] });
  const gone = once(child, 'exit').then(([, signal]) => signal as string);
  await once(child, 'message');
  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    child.kill(signal);
    child.send('still there?');
    assert.equal(await Promise.race([once(child, 'message').then(([answer]) => answer as string), gone]), 'goes on');
  }
  child.kill('SIGTERM');
  assert.equal(await gone, 'SIGTERM');
});
