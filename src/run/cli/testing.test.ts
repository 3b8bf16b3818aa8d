import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addStatusCommand } from './commands/status.ts';
import { recordTerminal, runCommand, standIn } from './testing.ts';

test('standIn() hears requests of the operator and refuses what it does not know', async (t) => {
  const platform = await standIn(t, {});
  await assert.rejects(platform.run(addStatusCommand, 'status'), { code: 'CLI_REFUSED', message: 'no such route' });
  assert.deepEqual(
    platform.heard.map(({ route, certificate }) => [route, certificate]),
    [['GET /v1/status', true]],
  );
});

test('runCommand() keeps what is written and gives wrong words back as an error', async () => {
  await assert.rejects(runCommand(addStatusCommand, 'stat'), { code: 'commander.unknownCommand' });
});

test('recordTerminal() keeps both streams apart', async () => {
  const terminal = recordTerminal();
  terminal.out('a');
  terminal.err('b');
  await terminal.pipe(
    (async function* () {
      yield Buffer.from('c');
    })(),
  );
  assert.deepEqual(terminal.printed(), { out: 'ac', err: 'b' });
});
