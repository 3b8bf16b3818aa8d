import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import type { AuditEvent } from '#base/core/index.ts';
import { JournalDamages } from './journal-damages.ts';

const DAMAGE = { file: 'f1', offset: 106, reason: 'JOURNAL_KEY_UNKNOWN' } as const;

test('JournalDamages keeps what was found until a process looks anew, and tells the log', async () => {
  const logged: AuditEvent[] = [];
  const failed: object[] = [];
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (fields: object) => void failed.push(fields) };
  const damages = new JournalDamages('weir:gateway', 'windows', {
    audit: {
      append: (event) => {
        logged.push(event);
        return logged.length > 1 ? Promise.reject(new Error('full')) : Promise.resolve({ index: 0 });
      },
    },
    log,
  });
  damages.note(DAMAGE);
  assert.deepEqual(damages.all, [DAMAGE]);
  assert.deepEqual(logged, [
    {
      actor: 'weir:gateway',
      action: 'find-damage',
      resource: 'windows:f1',
      outcome: 'failed',
      reason: 'JOURNAL_KEY_UNKNOWN',
      detail: { offset: 106 },
    },
  ]);
  damages.note({ ...DAMAGE, offset: 9 });
  await turn();
  assert.deepEqual(damages.all, [{ ...DAMAGE, offset: 9 }]);
  assert.deepEqual(failed, [{ error: 'Error: full', file: 'f1' }]);
  damages.note({ ...DAMAGE, file: 'f2' });
  damages.forget('f2');
  assert.deepEqual(damages.all, [{ ...DAMAGE, offset: 9 }]);
  damages.clear();
  assert.deepEqual(damages.all, []);
});
