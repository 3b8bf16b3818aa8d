import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { CommandContext } from './command-context.ts';
import { recordTerminal } from './testing.ts';

test('CommandContext prints results to one stream and all else to the other', () => {
  const terminal = recordTerminal();
  const context = new CommandContext(terminal, {});
  context.result({ n: 1 }, ({ n }) => `n is ${n}\n`);
  context.note('done');
  context.next('status');
  const { out, err } = terminal.printed();
  assert.equal(out, 'n is 1\n');
  assert.equal(stripVTControlCharacters(err), 'weir: done\nnext: npm run -s weir -- status\n');
});

test('CommandContext prints JSON and no next command where JSON is asked for', () => {
  const terminal = recordTerminal();
  const context = new CommandContext(terminal, { json: true });
  context.result({ n: 1 }, () => assert.fail());
  context.next('status');
  assert.deepEqual([JSON.parse(terminal.printed().out), terminal.printed().err], [{ n: 1 }, '']);
});

test('CommandContext names the next command for the data directory at hand', () => {
  const terminal = recordTerminal();
  const context = new CommandContext(terminal, { data: "o'er there" });
  context.next('status');
  assert.match(terminal.printed().err, /weir -- status --data 'o'\\''er there'/);
  assert.equal(new CommandContext(terminal, { data: 'own/data' }).here('up --data new'), 'up --data new');
  assert.equal(new CommandContext(terminal, { data: 'own/data' }).here('prove'), 'prove --data own/data');
  assert.equal(new CommandContext(terminal, {}).here('prove'), 'prove');
  const words = ['subject', 'erase', 'ada l', '--', '-x'];
  assert.equal(
    new CommandContext(terminal, {}, words).again('--yes'),
    "npm run -s weir -- subject erase 'ada l' --yes -- -x",
  );
});

test('CommandContext names the next command for the person at hand, and for others without', () => {
  const terminal = recordTerminal();
  const context = new CommandContext(terminal, { data: 'own', tokenFile: 'ada token' });
  context.next('dataset list');
  context.next('whoami --token-file weir.session');
  context.nextForOthers('login ada');
  assert.deepEqual(
    stripVTControlCharacters(terminal.printed().err).trimEnd().split('\n'),
    [
      "dataset list --token-file 'ada token' --data own",
      'whoami --token-file weir.session --data own',
      'login ada --data own',
    ].map((command) => `next: npm run -s weir -- ${command}`),
  );
});

test('CommandContext finds no platform where none runs', async () => {
  const context = new CommandContext(recordTerminal(), { data: '/nonexistent' });
  await assert.rejects(
    context.withPlatform(async () => assert.fail()),
    { code: 'CLI_NO_PLATFORM' },
  );
});
