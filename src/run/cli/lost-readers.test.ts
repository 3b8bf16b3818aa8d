import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { bearLostReaders } from './lost-readers.ts';

test('bearLostReaders() ends a command whose results nobody reads, and bears all else that is lost', () => {
  const [stdout, stderr] = [new EventEmitter(), new EventEmitter()];
  let left = 0;
  bearLostReaders({ stdout, stderr }, () => (left += 1));
  const failing = (code: string) => Object.assign(new Error(code), { code });
  for (const code of ['EIO', 'EPIPE']) stderr.emit('error', failing(code));
  stdout.emit('error', failing('EIO'));
  assert.equal(left, 0);
  stdout.emit('error', failing('EPIPE'));
  assert.equal(left, 1);
  for (const output of [stdout, stderr])
    assert.throws(() => output.emit('error', failing('ENOSPC')), { code: 'ENOSPC' });
});
