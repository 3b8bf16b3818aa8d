import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { WATCH_SCHEMA } from '#watch/respond/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys, recordAudit } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { layoutOf } from '../data-directory.ts';
import { MOST_LAG_BYTES, WatchHost } from './host.ts';

const STREAMS = 'devices: { d: {} }\nstreams: { s: { from: d, fields: { x: { type: number } } } }\n';

test('WatchHost keeps journal files for the watch where it is wanted, and not for ever', async (t) => {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  await catalogue.migrate(WATCH_SCHEMA);
  let template = makeTemplate(STREAMS);
  let bytes = 0;
  const host = WatchHost.open({
    layout: layoutOf(join(await temporaryFolder(t), 'data')),
    catalogue,
    sealer: await keys.rowSealer('catalogue'),
    keys,
    audit: Object.assign(recordAudit(), { size: 0, verifierKeys: [] }),
    clock,
    log: silentLog,
    template: () => template,
    storeCursor: async () => new Map(),
    journalBytes: async () => bytes,
    raise: async () => {},
    deviceType: async () => null,
  });
  // Without detection there is no process, and nothing is kept for it.
  host.begin();
  assert.deepEqual(
    [host.process, await host.passed(), await host.baseline('d'), await host.status()],
    [null, null, null, null],
  );

  // While it is not known how far it is, nothing may go; unless that is too much.
  template = makeTemplate(`${STREAMS}detect: { s: {} }\n`);
  assert.deepEqual(await host.passed(), new Map());
  bytes = MOST_LAG_BYTES + 1;
  assert.equal(await host.passed(), null);
  assert.equal(host.shed, 1);
  await host.stop(0);
  host.begin();
  assert.equal(host.process, null);
});
