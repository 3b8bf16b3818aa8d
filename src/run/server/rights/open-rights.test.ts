import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalBytes, systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { layoutOf, makeDirectories } from '../data-directory.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { RetentionKeeper } from '../control/retention-keeper.ts';
import { SegmentHost } from '../control/segment-host.ts';
import { StatementBook } from '../query/statement-book.ts';
import { shownAsStored } from '../tokens/testing.ts';
import { openRights } from './open-rights.ts';
import type { OpenRightsParts } from './open-rights.ts';

const template = makeTemplate(
  'devices: {d: {}}\nstreams: {trips: {from: d, purposes: [p], subject: rider, fields: {rider: {type: text, class: identifier}}}}',
);

test('openRights() keeps its keys in custody, and takes up from the log what a catalogue lost', async (t) => {
  const layout = layoutOf(await temporaryFolder(t));
  await makeDirectories(layout);
  const { log: audit } = await openAuditLog(t);
  const objects = await openDirectoryObjects(layout.objects);
  const first = await openKeys(t);
  const open = async ({ catalogue, keys }: Pick<typeof first, 'catalogue' | 'keys'>) => {
    const sealer = await keys.rowSealer('people');
    const segments = await SegmentHost.open(catalogue, keys, systemClock);
    const shared = { catalogue, keys, segments, objects, audit, clock: systemClock, random: systemRandom };
    const sign = async () => '';
    const retention = await RetentionKeeper.open({ ...shared, template: () => template, sign, discarded: async () => [], reachCopies: async () => [], holdsChanged: async () => {}, count: async () => 0, requireCondition: async () => {}, storedCondition: (_: string, condition: string) => condition, elsewhere: async () => [], log: silentLog }); // prettier-ignore
    const found = { rows: 0, minTime: null, maxTime: null };
    const parts = {
      ...shared,
      layout,
      sealer,
      custody: first.custody,
      store: { subjectSpans: async () => [], findSubject: async () => ({ segments: [], tail: found }) },
      retention,
      tables: { countSubject: () => 0 },
      vault: { originals: async () => new Map() },
      inventory: { list: async () => [] },
      shown: await shownAsStored(() => template),
      statements: await StatementBook.open(catalogue, sealer, systemClock),
      log: silentLog,
      templates: () => [template],
      gateway: () => ({ refuseSubjects: async () => {}, turnFiles: () => Promise.reject(new Error('none runs')) }),
      heldAfterDrop: async () => 0,
      backups: async () => [],
      discarded: async () => [],
      sign,
    };
    return openRights(parts as unknown as OpenRightsParts);
  };
  const keeper = await open(first);
  const request = await keeper.erase('person:x', 'ada', 'refuse');
  keeper[Symbol.dispose]();
  const again = await open(await openKeys(t));
  assert.ok(equalBytes(again.digestKey, keeper.digestKey));
  assert.deepEqual(again.requests.map(({ id, state }) => [id, state]), [[request.id, 'open']]); // prettier-ignore
  assert.deepEqual(again.refused, keeper.refused);
  again[Symbol.dispose]();
});
