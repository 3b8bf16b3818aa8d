import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ChildPlatform } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';
import { copyCatalogue } from './copy-catalogue.ts';
import { countOpened } from './count-opened.ts';
import { postReadings } from './post-readings.ts';

const TEMPLATE = `template: 1
name: test
devices: { truck: {} }
streams:
  trips:
    from: truck
    purposes: [quality]
    subject: rider
    fields: { rider: { type: text, class: personal }, n: { type: integer } }
people:
  operator: { query: all, purposes: [quality], sees: [operational, personal], may: [administer, erase, audit] }
`;

interface Unread {
  readonly file: string;
  readonly reason: string;
  readonly bytes: number;
}

test('an erasure that meets a journal file nobody can open waits, until somebody discards it, and says so', async (t) => {
  await using weir = await ChildPlatform.start(TEMPLATE, { erasureGraceMs: 100 });
  const truck = await weir.enrol('truck-1', 'truck');
  await weir.stop();
  const older = join(weir.layout.root, '..', 'older');
  await copyCatalogue(weir.layout.root, older);
  await weir.start();
  await postReadings({ platform: weir }, truck, 'trips', [{ rider: 'ada', n: 1 }, { rider: 'bob', n: 2 }]); // prettier-ignore
  await weir.kill();
  await copyCatalogue(older, weir.layout.root);
  await weir.start();

  const unread = async (): Promise<readonly Unread[]> =>
    (await weir.ask<{ files: Unread[] }>('GET', '/v1/journal/unread')).files;
  const [lost] = await eventually(unread, ({ length }) => length > 0);
  assert.equal(lost?.reason, 'JOURNAL_KEY_UNKNOWN');
  assert.ok(lost.bytes > 0);

  await postReadings({ platform: weir }, truck, 'trips', [{ rider: 'ada', n: 3 }, { rider: 'bob', n: 4 }]); // prettier-ignore
  const { id } = await weir.ask<{ id: string }>('POST', '/v1/subjects/erase', { body: { subject: 'ada' } });
  const request = () => weir.ask<{ state: string; problem: string | null }>('GET', `/v1/subject-requests/${id}`);

  await t.test('it is kept while readings are held', async () => {
    const body = { stream: 'trips', reason: 'case 12', owner: 'legal' };
    const hold = await weir.ask<{ id: string }>('POST', '/v1/holds', { body });
    const held = await weir.call('POST', `/v1/journal/unread/${lost.file}/discard`, { body: {} });
    assert.deepEqual([held.status, held.json<{ code: string }>().code], [409, 'SERVER_JOURNAL_HELD']);
    await weir.ask('POST', `/v1/holds/${hold.id}/release`, { body: {} });
  });

  assert.equal((await request()).state, 'open');
  await weir.ask('POST', `/v1/journal/unread/${lost.file}/discard`, { body: {} });
  const done = await eventually(request, ({ state }) => state === 'done', 120_000);
  assert.equal(done.state, 'done', JSON.stringify(done));
  assert.deepEqual(await unread(), []);

  const { certificate } = await weir.ask<{ certificate: string }>('GET', `/v1/subject-requests/${id}/certificate`);
  const { payload } = JSON.parse(certificate) as { payload: string };
  const { discarded } = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
    readonly discarded: readonly { readonly file: string; readonly bytes: number }[];
  };
  assert.deepEqual(discarded.map(({ file, bytes }) => [file, bytes]), [[lost.file, lost.bytes]]); // prettier-ignore
  assert.deepEqual(await weir.query('select n from trips', { purpose: 'quality' }), [{ n: 4 }]);
  await weir.stop();
  assert.deepEqual(await countOpened(weir.layout, 'ada'), { segments: 0, journal: 0 });
});
