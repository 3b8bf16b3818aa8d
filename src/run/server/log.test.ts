import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logLevel, makeLog } from './log.ts';

test('makeLog() makes a log with the four levels, quiet below warn unless told otherwise', () => {
  const log = makeLog('test');
  for (const level of ['debug', 'info', 'warn', 'error'] as const) assert.equal(typeof log[level], 'function');
  log.debug({}, 'not shown');
});

test('logLevel() hands down the level of diagnostics and nothing else of the environment', () => {
  const before = process.env['WEIR_LOG'];
  delete process.env['WEIR_LOG'];
  assert.deepEqual(logLevel(), {});
  process.env['WEIR_LOG'] = 'info';
  assert.deepEqual(logLevel(), { WEIR_LOG: 'info' });
  if (before === undefined) delete process.env['WEIR_LOG'];
  else process.env['WEIR_LOG'] = before;
});
