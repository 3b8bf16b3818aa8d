import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandContext } from '../command-context.ts';
import { recordTerminal } from '../testing.ts';
import { PATIENCE, readPatience, tellAway } from './patience.ts';

test('readPatience() takes a time up to a day', () => {
  assert.equal(readPatience(PATIENCE.standard), 300_000);
  assert.equal(readPatience('1d'), 86_400_000);
  for (const word of ['2d', '-1s', 'long', '']) {
    assert.throws(() => readPatience(word), { code: 'CLI_USAGE', message: /--patience/ }, word);
  }
});

test('tellAway() says what is waited for, how long, and that it is over', () => {
  const terminal = recordTerminal();
  const tell = tellAway(new CommandContext(terminal, {}), '10m');
  tell(true);
  tell(false);
  assert.match(terminal.printed().err, /^weir: the platform is away.*10m at most.*\nweir: the platform is back/);
  assert.equal(terminal.printed().out, '');
});
