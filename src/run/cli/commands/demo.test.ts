import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../testing.ts';
import { addDemoCommand } from './demo.ts';

test('weir demo does not start on a template that is not there', async () => {
  await assert.rejects(runCommand(addDemoCommand, 'demo', '--template', '/nonexistent'), {
    code: 'CLI_FILE_UNREADABLE',
  });
});

test('weir demo takes no other words', async () => {
  await assert.rejects(runCommand(addDemoCommand, 'demo', '--fast'), { code: 'commander.unknownOption' });
});
