import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '#watch/respond/index.ts';
import { webhookMessage } from './webhook-message.ts';

const ALERT: Alert = {
  id: 'a1',
  device: 'truck-3',
  stream: 'climate',
  detectors: [],
  start: 1_000_000,
  end: 1_000_000,
  open: true,
  severity: 'high',
  budget: null,
  baseline: null,
  causes: [],
  nearest: null,
  evidence: [],
  sentence: 'temperature of truck-3 was 20 Cel',
  state: 'new',
  raised: 2_000_000,
  changed: 2_000_000,
  answers: [],
};

test('webhookMessage() has one id for one state of an alert and one webhook', () => {
  const first = webhookMessage('soc', ALERT);
  assert.match(first.id, /^msg_[0-9a-f]{32}$/);
  assert.deepEqual(webhookMessage('soc', ALERT), first);
  assert.notEqual(webhookMessage('other', ALERT).id, first.id);
  const changed = webhookMessage('soc', { ...ALERT, changed: 3_000_000 });
  assert.notEqual(changed.id, first.id);
  const { type, timestamp, data } = JSON.parse(changed.body) as {
    type: string;
    timestamp: string;
    data: { id: string };
  };
  assert.deepEqual([type, timestamp, data.id], ['alert.changed', '1970-01-01T00:00:03Z', 'a1']);
  assert.equal((JSON.parse(first.body) as { type: string }).type, 'alert.raised');
});
