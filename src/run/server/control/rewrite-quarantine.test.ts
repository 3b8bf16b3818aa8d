import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASON } from '#flow/ingest/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { countIn, rewriteWithout } from './rewrite-quarantine.ts';
import { openQuarantineWriter } from './testing.ts';

test('rewriteWithout() takes out what is meant, and countIn() says whether a file is still written to', async (t) => {
  const clock = frozenClock();
  const { keys } = await openKeys(t, clock);
  const directory = await temporaryFolder(t);
  const writer = await openQuarantineWriter(t, { keys, directory, clock });
  const reading = { stream: 's', via: null, reason: REASON.range.number, received: clock.now(), place: '', length: 2 };
  const readings = ['a', 'b', 'a'].map((device) => ({ ...reading, device, payload: Buffer.from('{}') }));
  await writer.append([{ kind: 'quarantined', readings }]);
  const parts = { directory, keys };
  const of = (wanted: string) => (one: { readonly device: string }) => one.device === wanted;
  assert.deepEqual(await countIn(of('a'), parts), { found: 2, live: true });
  assert.deepEqual(await countIn(of('c'), parts), { found: 0, live: false });
  await assert.rejects(rewriteWithout(of('a'), parts), { code: 'SERVER_ERASURE_INCOMPLETE' });
  await writer.turn();
  assert.equal(await rewriteWithout(of('a'), parts), 2);
  assert.deepEqual(
    [await countIn(of('a'), parts), await countIn(of('b'), parts)],
    [
      { found: 0, live: false },
      { found: 1, live: false },
    ],
  );
});
