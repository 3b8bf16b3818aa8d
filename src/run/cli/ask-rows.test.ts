import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { askRows } from './ask-rows.ts';
import type { ContextOf } from './commands/command.ts';
import { standIn } from './testing.ts';

test('askRows() asks with parameters and a purpose, and hands out row after row', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/query': { status: 200, type: 'application/x-ndjson', text: '{"a":1}\n{"a":2}\n' },
  });
  const seen: unknown[] = [];
  const add = (program: Command, contextOf: ContextOf): void => {
    program.command('ask').action(async (_: object, command: Command) => {
      await contextOf(command).withPlatform(async (client) => {
        for await (const row of askRows(client, { sql: 'SELECT $1', parameters: ['x'] }, 'care')) seen.push(row);
        for await (const row of askRows(client, { sql: 'SELECT 1' }, undefined)) seen.push(row);
      });
    });
  };
  await platform.run(add, 'ask');
  assert.deepEqual(seen, [{ a: 1 }, { a: 2 }, { a: 1 }, { a: 2 }]);
  assert.deepEqual(
    platform.heard.map(({ body }) => JSON.parse(body) as unknown),
    [{ sql: 'SELECT $1', parameters: ['x'], purpose: 'care' }, { sql: 'SELECT 1' }],
  );
});
