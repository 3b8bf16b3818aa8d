import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millis, seconds } from '#base/core/index.ts';
import { runProgram } from './run-program.ts';

test('runProgram() gives both streams, without the environment of this process', async () => {
  process.env['WEIR_TEST_LEAK'] = 'leaked';
  const script = 'process.stdout.write(process.env.WEIR_TEST_LEAK ?? "clean"); process.stderr.write("e")';
  assert.deepEqual(await runProgram({ command: process.execPath, arguments: ['-e', script] }, seconds(10)), {
    output: 'clean',
    errors: 'e',
  });
});

test('runProgram() ends a program whose time is over, and says so of one that is not there', async () => {
  const { output } = await runProgram(
    { command: process.execPath, arguments: ['-e', 'setInterval(() => {}, 1e6)'] },
    millis(300),
  );
  assert.equal(output, '');
  assert.match((await runProgram({ command: '/nowhere/program', arguments: [] }, seconds(1))).errors, /ENOENT/);
});
