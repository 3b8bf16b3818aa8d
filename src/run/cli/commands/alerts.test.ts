import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addAlertCommands, period } from './alerts.ts';
import type { AlertForm } from '#run/server/index.ts';

const ALERT: AlertForm = {
  id: 'a1',
  device: 'truck-3',
  stream: 'climate',
  state: 'new',
  severity: 'high',
  start: '2026-01-01T00:00:00Z',
  end: '2026-01-01T00:00:09Z',
  open: false,
  raised: '2026-01-01T00:00:01Z',
  changed: '2026-01-01T00:00:01Z',
  devices: [],
  violates: null,
  techniques: ['T0856'],
  rule: null,
  sentence: 'temperature of truck-3 was 20 Cel; usual for it is -20 Cel to -16 Cel',
  detectors: [{ name: 'robust-z', score: 84.4850122, limit: 14.4, readings: 3 }],
  causes: [
    {
      field: 'temperature',
      unit: 'Cel',
      share: 0.996,
      value: 20,
      usual: [-20, -16],
      deviation: 40.5,
      wouldPass: -12,
      wouldPassFor: ['robust-z'],
    },
    { field: 'pulse', unit: null, share: 0.2, value: null, usual: null, deviation: 9, wouldPass: null },
  ],
  nearest: { time: '2025-12-31T23:00:00Z', values: { temperature: -17 } },
  evidence: [{ time: '2026-01-01T00:00:00Z', values: { temperature: 20, humidity: null } }],
  budget: { alarms: 1, seconds: 604_800, expected: 0.0253, likely: 0.47 },
  baseline: { readings: 601, seconds: 600, peaks: 28 },
  answers: [
    { verdict: 'expected', by: 'person:x', at: '2026-01-02T00:00:00Z', reason: 'wash', until: '2026-02-01T00:00:00Z' },
  ],
};

test('weir alerts lists what is asked for, and says where there is nothing', async (t) => {
  const platform = await standIn(t, { 'GET /v1/alerts?limit=50&device=truck-3': { alerts: [ALERT] } });
  const { out, err } = await platform.run(addAlertCommands, 'alerts', '--device', 'truck-3');
  assert.match(out, /^a1 +2026-01-01T00:00:00Z +high +new +truck-3 +climate +temperature of truck-3 was 20 Cel/m);
  assert.match(err, /next: .* alert show a1/);
  const empty = await standIn(t, { 'GET /v1/alerts?limit=50': { alerts: [] } });
  assert.equal((await empty.run(addAlertCommands, 'alerts')).out, 'nothing unusual was found so far\n');
});

test('weir alerts --follow prints each change once, and comes again where the connection ended', async (t) => {
  const line = (id: number, alert: AlertForm): string => `id: ${id}\nevent: alert\ndata: ${JSON.stringify(alert)}\n\n`;
  let asked = 0;
  const platform = await standIn(t, {
    'GET /v1/alerts?limit=50': { alerts: [ALERT] },
    'GET /v1/alert-events': () => {
      asked += 1;
      const [second, third] = [
        { ...ALERT, id: 'a2' },
        { ...ALERT, id: 'a3' },
      ];
      if (asked === 1) return { status: 200, type: 'text/event-stream', text: line(1, ALERT) + line(2, second) };
      if (asked === 2) return { status: 200, type: 'text/event-stream', text: line(2, second) + line(3, third) };
      return { status: 403, type: 'application/problem+json', text: '{"code":"POLICY_DENIED","detail":"no"}' };
    },
  });
  const ended = await platform.run(addAlertCommands, 'alerts', '--follow').catch((error: unknown) => error);
  const { out, err } = (ended as { printed: { out: string; err: string } }).printed;
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .map((one) => one.slice(0, 2)),
    ['a1', 'a2', 'a3'],
  );
  assert.match(err, /the connection ended: trying again/);
});

test('weir alerts --ocsf prints findings for a SIEM', async (t) => {
  const text = '{"class_uid":2004}\n';
  const platform = await standIn(t, {
    'GET /v1/alert-findings?limit=9': { status: 200, type: 'application/x-ndjson', text },
  });
  assert.equal((await platform.run(addAlertCommands, 'alerts', '--ocsf', '--limit', '9')).out, text);
});

test('weir alert show explains an alert', async (t) => {
  const platform = await standIn(t, { 'GET /v1/alerts/a1': ALERT });
  const { out, err } = await platform.run(addAlertCommands, 'alert', 'show', 'a1');
  assert.match(out, /^temperature of truck-3 was 20 Cel; usual for it is -20 Cel to -16 Cel$/m);
  assert.match(out, /^temperature \(Cel\) +100 % +20 +-20 to -16 +40\.5 +-12$/m);
  assert.match(out, /^pulse +20 % +not shown +not shown +9$/m);
  assert.match(out, /^robust-z +84\.5 +14\.4 +3$/m);
  assert.match(out, /^budget: 1 false in 7 d for this device; expected 0\.0253, at most likely 0\.47$/m);
  assert.match(out, /^it rests on 601 readings over 10 min, with 28 peaks$/m);
  assert.match(out, /person:x: expected until 2026-02-01T00:00:00Z, wash$/m);
  assert.match(out, /^may be a sign of T0856 Spoof Reporting Message$/m);
  assert.match(err, /alert confirm a1/);
  assert.doesNotMatch(out, /not known of/);
  assert.match(out, /^readings that led to it, and the usual one/m);
  const silent = await standIn(t, { 'GET /v1/alerts/a1': { ...ALERT, evidence: [], nearest: null } });
  assert.doesNotMatch((await silent.run(addAlertCommands, 'alert', 'show', 'a1')).out, /readings that led|^TIME/m);
  const violates = { kind: 'silence', rule: 'truck-3 sends every 5 s' };
  const broken = await standIn(t, { 'GET /v1/alerts/a1': { ...ALERT, violates, causes: [] } });
  const told = (await broken.run(addAlertCommands, 'alert', 'show', 'a1')).out;
  assert.match(told, /^violated: silence: truck-3 sends every 5 s$/m);
  assert.doesNotMatch(told, /^causes|^FIELD/m);
  const also = { name: 'ewma-chart', score: 5, limit: 4, readings: 9 };
  const grown = await standIn(t, { 'GET /v1/alerts/a1': { ...ALERT, detectors: [...ALERT.detectors, also] } });
  const shown = (await grown.run(addAlertCommands, 'alert', 'show', 'a1')).out;
  assert.match(shown, /^no alert at: of temperature that holds for robust-z, and is not known of ewma-chart$/m);
});

test('weir alert confirm, dismiss and expect say so to the platform', async (t) => {
  const platform = await standIn(t, { 'POST /v1/alerts/a1/answer': { ...ALERT, state: 'confirmed' } });
  assert.equal((await platform.run(addAlertCommands, 'alert', 'confirm', 'a1')).out, 'alert a1 is marked confirmed\n');
  await platform.run(addAlertCommands, 'alert', 'dismiss', 'a1', '--reason', 'wash');
  await platform.run(addAlertCommands, 'alert', 'expect', 'a1', '--until', '2026-02-01T00:00:00Z', '--reason', 'wash');
  assert.deepEqual(
    platform.heard.map(({ body }) => JSON.parse(body) as unknown),
    [
      { verdict: 'confirmed' },
      { verdict: 'false-alarm', reason: 'wash' },
      { verdict: 'expected', until: '2026-02-01T00:00:00Z', reason: 'wash' },
    ],
  );
});

test('period() gives seconds in the unit that fits', () => {
  assert.deepEqual([5, 60, 5_400, 604_800].map(period), ['5 s', '1 min', '1.5 h', '7 d']);
});

test('weir alert show says what a rule found in the log', async (t) => {
  const event = {
    index: 41,
    time: '2026-01-01T00:00:00Z',
    action: 'sign-in',
    outcome: 'denied',
    reason: 'token-unknown',
    actor: 'anonymous',
    resource: 'platform:api',
    count: 20,
  };
  const found: AlertForm = {
    ...ALERT,
    device: null,
    stream: null,
    rule: {
      name: 'guessed-tokens',
      about: { address: '203.0.113.0/24' },
      devices: [],
      addresses: ['203.0.113.0/24'],
      actors: [],
      total: 3,
      events: [event],
    },
    budget: null,
    baseline: null,
  };
  const platform = await standIn(t, { 'GET /v1/alerts/a1': found });
  const { out } = await platform.run(addAlertCommands, 'alert', 'show', 'a1');
  assert.match(out, /: address 203\.0\.113\.0\/24, from /);
  assert.match(out, /^entries of the log, the first and the latest of 3$/m);
  assert.match(out, /^ *41 +2026-01-01T00:00:00Z +sign-in +denied +token-unknown +anonymous +platform:api +20$/m);
  assert.doesNotMatch(out, /budget|rests on/);
});
