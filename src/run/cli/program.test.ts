import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandWord, makeProgram } from './program.ts';
import { recordTerminal } from './testing.ts';

test('makeProgram() hands global options on from before and after the command', async () => {
  for (const words of [
    ['--json', '--data', 'd', 'try'],
    ['try', '--json', '--data', 'd'],
  ]) {
    let seen: unknown = null;
    const program = makeProgram(recordTerminal(), [
      (all, contextOf) =>
        void all.command('try').action((_options: object, command) => void (seen = contextOf(command).options)),
    ]);
    await program.parseAsync(words, { from: 'user' });
    assert.deepEqual(seen, { json: true, data: 'd' });
  }
});

test('makeProgram() never ends the process: help and wrong words are thrown', async () => {
  const terminal = recordTerminal();
  const program = makeProgram(terminal, [(all) => void all.command('status')]);
  await assert.rejects(program.parseAsync(['--help'], { from: 'user' }), { exitCode: 0 });
  assert.match(terminal.printed().out, /Usage: weir/);
  await assert.rejects(program.parseAsync(['statu'], { from: 'user' }), { exitCode: 1 });
  assert.match(terminal.printed().err, /Did you mean status/);
});

test('makeProgram() takes no empty purpose, for which something else would be done than was meant', async () => {
  const program = makeProgram(recordTerminal(), [
    (all) =>
      void all
        .command('try')
        .option('--purpose <word...>')
        .action(() => {}),
  ]);
  await program.parseAsync(['try', '--purpose', 'care'], { from: 'user' });
  for (const words of [
    ['try', '--purpose', ''],
    ['try', '--purpose', 'care', ' '],
  ]) {
    await assert.rejects(program.parseAsync(words, { from: 'user' }), { code: 'CLI_USAGE' });
  }
});

test('commandWord() finds the command among global options and their values', () => {
  const cases: [string[], string | undefined][] = [
    [['status'], 'status'],
    [['--data', 'demo', '--json', 'query', 'select 1', '--data', 'up'], 'query'],
    [['--template=plan', '--token-file', 'apply', 'audit', 'verify', '--from', 'up'], 'audit'],
    [[], undefined],
    [['--help'], undefined],
    [['--version'], undefined],
    [['--data'], undefined],
  ];
  for (const [words, word] of cases) assert.equal(commandWord(words), word, words.join(' '));
});
