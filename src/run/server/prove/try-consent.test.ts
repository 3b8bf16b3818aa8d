import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { ConsentReceipts, Consents } from '#trust/consent/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { tryConsent } from './try-consent.ts';
import type { TryConsentParts } from './try-consent.ts';

const TEMPLATE = makeTemplate(`
devices: {band: {}}
streams:
  pulse: {from: band, purposes: [care], basis: consent, subject: wearer, fields: {wearer: {type: text, class: identifier}}}
  open: {from: band, fields: {n: {type: integer}}}
`);

test('tryConsent() tries each stream that asks, twice alike, and sees a gateway that lags', async (t) => {
  const clock = frozenClock(micros(1_767_225_600_000_000));
  const { catalogue, keys, audit, custody } = await openKeys(t, clock);
  const consents = await Consents.open({
    catalogue,
    keys,
    audit,
    clock,
    random: systemRandom,
    template: () => TEMPLATE,
  });
  const parts: TryConsentParts = {
    template: () => TEMPLATE,
    consents,
    receipts: new ConsentReceipts({ custody, audit, random: systemRandom, deployment: '00' }),
    agreed: async (stream, subject) => [consents.covers(stream, subject), consents.covers(stream, subject)],
    entries: async () => ({
      size: audit.events.length,
      read: async (from, limit) =>
        audit.events
          .slice(from, from + limit)
          .map((event, at) => ({ index: from + at, time: clock.now(), event })) as never,
    }),
    clock,
    actor: 'weir:prover',
  };
  for (let run = 0; run < 2; run++) {
    const [trial, ...rest] = await tryConsent(parts);
    assert.deepEqual(rest, []);
    assert.equal(typeof trial?.endedAfterMs, 'number');
    assert.deepEqual(
      { ...trial, endedAfterMs: 0 },
      { stream: 'pulse', askedFirst: true, taken: true, receipt: true, endedAfterMs: 0, hidden: true, logged: true },
    );
  }
  const [lagging] = await tryConsent({ ...parts, agreed: async () => [true, false] });
  assert.deepEqual([lagging?.askedFirst, lagging?.taken, lagging?.endedAfterMs], [false, false, null]);
});
