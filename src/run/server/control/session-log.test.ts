import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { recordAudit } from '../../../../test/support/open-trust.ts';
import { logSessions } from './session-log.ts';

const one = (device: string, opened: number, lost = 0, wills = 0) => ({
  device,
  network: device === '' ? '' : '192.0.2.0/24',
  protocol: device === '' ? '' : 'mqtt-5',
  opened,
  lost,
  wills,
});

test('logSessions() names the devices with most of it, and sums up the others', async () => {
  const audit = recordAudit();
  await logSessions([one('a', 1), one('b', 0, 2, 1), one('', 5)], audit, silentLog);
  assert.deepEqual(
    audit.events.map(({ action, outcome, resource, detail }) => [action, outcome, resource, detail]),
    [
      ['open-connection', 'allowed', 'device:a', { count: 1, source: '192.0.2.0/24', protocol: 'mqtt-5' }],
      ['open-connection', 'allowed', 'device:-', { count: 5 }],
      ['lose-connection', 'done', 'device:b', { count: 2, source: '192.0.2.0/24', protocol: 'mqtt-5' }],
      ['leave-will', 'done', 'device:b', { count: 1, source: '192.0.2.0/24', protocol: 'mqtt-5' }],
    ],
  );
});

test('logSessions() does not fill the log when a fleet comes back', async () => {
  const audit = recordAudit();
  await logSessions(
    Array.from({ length: 1_000 }, (_, i) => one(`d${i}`, 1 + i)),
    audit,
    silentLog,
  );
  assert.equal(audit.events.length, 9);
  assert.equal(audit.events[0]?.resource, 'device:d999');
  assert.equal(
    audit.events.reduce((sum, { detail }) => sum + Number(detail?.['count']), 0),
    500_500,
  );
});

test('logSessions() adds what the prober did to that of nobody else', async () => {
  const audit = recordAudit();
  const fleet = Array.from({ length: 20 }, (_, i) => one(`d${i}`, 9));
  await logSessions([...fleet, one('_probe', 1)], audit, silentLog);
  const counts = audit.events.map(({ resource, detail }) => [resource, detail?.['count']]);
  assert.deepEqual(counts.slice(-2), [['device:_probe', 1], ['device:-', 12 * 9]]); // prettier-ignore
});
