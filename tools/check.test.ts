import assert from 'node:assert/strict';
import { test } from 'node:test';

import { programOf, runSteps } from './check.ts';

test('runSteps() goes on after a failure, names it and shows what it printed', () => {
  const lines: string[] = [];
  const failed = runSteps(
    [
      { name: 'first', command: ['node', '-e', 'console.log("why it failed"); process.exit(3)'] },
      { name: 'second', command: ['node', '-e', ''] },
      { name: 'third', command: ['no-such-program'] },
    ],
    (line) => lines.push(line),
  );
  assert.deepEqual(failed, ['first', 'third']);
  assert.match(lines.join('\n'), /^FAIL first .*\nwhy it failed\nok {3}second .*\nFAIL third .*\n.*ENOENT/);
});

test('programOf() takes the Node that runs the gate, whichever npm installed it', () => {
  assert.equal(programOf('node'), process.execPath);
  assert.match(programOf('tsc'), /node_modules\/\.bin\/tsc$/);
});
