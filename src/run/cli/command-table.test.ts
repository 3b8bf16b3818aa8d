import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { COMMANDS, loadCommands } from './command-table.ts';

/** The words by which a program knows commands. */
function wordsOf(commands: Awaited<ReturnType<typeof loadCommands>>): readonly string[] {
  const program = new Command();
  for (const add of commands)
    add(program, () => {
      throw new TypeError('nothing is run here');
    });
  return program.commands.map((command) => command.name());
}

test('loadCommands() loads the command of each word, and no word is missing from the table', async () => {
  for (const word of COMMANDS.keys()) assert.ok(wordsOf(await loadCommands(word)).includes(word), word);
  const all = wordsOf(await loadCommands(undefined));
  assert.deepEqual(all, [...COMMANDS.keys()]);
  assert.deepEqual(wordsOf(await loadCommands('statu')), all);
});

test('loadCommands() loads nothing but what is asked for', async () => {
  assert.deepEqual(wordsOf(await loadCommands('status')), ['status']);
  assert.deepEqual(wordsOf(await loadCommands('views')), ['query', 'views']);
});
