import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRevocation, parseRevocation } from './log-form.ts';
import { GIVEN_REASONS } from './revocation-reason.ts';

test('formatRevocation() puts every serial into entries within the limits of the log', () => {
  const target = { kind: 'type', type: 'reefer' } as const;
  for (const count of [0, 1, 12, 168, 169, 1_000]) {
    const serials = Array.from({ length: count }, (_, n) => n.toString(16).toUpperCase().padStart(40, '4'));
    const events = formatRevocation('person:p1', { target, reason: 'superseded', serials });
    assert.equal(events.length, Math.max(1, Math.ceil(count / 168)));
    const back = events.map((event) => parseRevocation(event));
    assert.deepEqual(
      back.flatMap((one) => one?.serials ?? ['none']),
      serials,
    );
    for (const [at, event] of events.entries()) {
      assert.deepEqual([back[at]?.target, back[at]?.reason], [target, 'superseded']);
      assert.ok(JSON.stringify(event).length < 8_000);
      for (const text of Object.values(event.detail ?? {})) assert.ok(String(text).length <= 512);
      assert.ok(Object.keys(event.detail ?? {}).length <= 32);
    }
  }
});

test('parseRevocation() reads nothing from other entries, and knows every reason', () => {
  const event = { actor: 'a', action: 'revoke', resource: 'device:a', outcome: 'done' } as const;
  for (const reason of GIVEN_REASONS) assert.equal(parseRevocation({ ...event, reason })?.reason, reason);
  assert.equal(parseRevocation({ ...event, reason: 'because' })?.reason, 'unspecified');
  assert.equal(parseRevocation({ ...event, action: 'enrol' }), null);
  assert.equal(parseRevocation({ ...event, outcome: 'denied' }), null);
  assert.equal(parseRevocation({ ...event, resource: 'platform:*' }), null);
});
