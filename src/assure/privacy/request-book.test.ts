import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { openKeys } from '../../../test/support/open-trust.ts';
import { RequestBook } from './request-book.ts';
import type { SubjectRequest } from './request-book.ts';

test('RequestBook keeps requests sealed, and how far the log was replayed', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const book = await RequestBook.open(catalogue, await keys.rowSealer('people'));
  const request: SubjectRequest = {
    id: 'r1',
    kind: 'erase',
    state: 'open',
    received: micros(1),
    due: micros(2),
    finished: null,
    certificate: null,
    person: 'ab12',
    again: 'refuse',
    places: [
      {
        relation: 's',
        kind: 'stream',
        column: 'who',
        type: 'text',
        domain: null,
        values: ['ada', 7],
        digests: ['t1-x'],
      },
    ],
    problem: null,
    rewritten: null,
    erased: {},
  };
  await book.put(request);
  const done = { ...request, state: 'done' as const, finished: micros(3), certificate: 'c1', erased: { segments: 4 } };
  await book.put({ ...request, id: 'r0', received: micros(0) });
  await book.put(done);
  assert.deepEqual(await book.list(), [{ ...request, id: 'r0', received: 0 }, done]);
  const rows = await catalogue.transaction((tx) => tx.all('SELECT * FROM rights_request', []));
  assert.ok(!JSON.stringify(rows.map((row) => ({ ...row, sealed: Buffer.from(row['sealed'] as Uint8Array).toString('latin1') }))).includes('ada')); // prettier-ignore
  assert.equal(await book.mark(), 0);
  await book.setMark(7);
  assert.equal(await book.mark(), 7);
});
