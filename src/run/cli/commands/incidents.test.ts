import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addIncidentCommands } from './incidents.ts';

const STEP = {
  kind: 'alert',
  techniques: ['T0856'],
  alert: 'a1',
  device: 'truck-1',
  stream: 'climate',
  start: '2026-01-01T00:00:00Z',
  severity: 'low',
  sentence: 'interval of truck-1 was 60 s',
};
const INCIDENT = {
  id: 'i1',
  start: '2026-01-01T00:00:00Z',
  end: '2026-01-01T00:09:00Z',
  open: false,
  severity: 'high',
  devices: ['truck-1', 'truck-2', 'truck-3', 'truck-4'],
  addresses: ['203.0.113.0/24'],
  techniques: ['T0856'],
  steps: [STEP, { ...STEP, alert: 'a2', device: 'truck-2', start: '2026-01-01T00:00:09Z' }],
};

test('weir incidents lists them, and says where there is none', async (t) => {
  const platform = await standIn(t, { 'GET /v1/incidents': { incidents: [INCIDENT] } });
  const { out, err } = await platform.run(addIncidentCommands, 'incidents');
  assert.match(
    out,
    /^i1 +2026-01-01T00:00:00Z +high +no +truck-1, truck-2, truck-3 and 1 more +203\.0\.113\.0\/24 +2 +interval of truck-1/m,
  );
  assert.match(err, /incident i1/);
  const dismissed = { id: 'a1', state: 'false-alarm' };
  const empty = await standIn(t, {
    'GET /v1/incidents?since=2026-01-01T00%3A00%3A00Z': { incidents: [] },
    'GET /v1/incidents': { incidents: [] },
    'GET /v1/alerts?limit=1&since=2026-01-01T00%3A00%3A00Z': { alerts: [] },
    'GET /v1/alerts?limit=1': { alerts: [dismissed] },
  });
  const words = ['incidents', '--since', '2026-01-01T00:00:00Z'];
  assert.equal((await empty.run(addIncidentCommands, ...words)).out, 'nothing unusual was found so far\n');
  assert.match(
    (await empty.run(addIncidentCommands, 'incidents')).out,
    /^no incident stands: all alerts were dismissed/,
  );
  const heard = empty.heard.length;
  assert.equal((await empty.run(addIncidentCommands, 'incidents', '--json')).out, '[]\n');
  assert.equal(empty.heard.length, heard + 1, 'a program is told nothing of it, and it is not asked for');
});

test('weir incident shows its steps in their order', async (t) => {
  const event = { ...STEP, kind: 'event', alert: '17', stream: null, sentence: 'enrolment: device:truck-1' };
  const whole = { ...INCIDENT, steps: [event, ...INCIDENT.steps], leftOut: 2, readUntil: '2026-01-01T00:10:00Z' };
  const platform = await standIn(t, {
    'GET /v1/incidents': { incidents: [INCIDENT] },
    'GET /v1/incidents/i1': whole,
  });
  const { out, err } = await platform.run(addIncidentCommands, 'incident', 'i1');
  const rows = out.trim().split('\n').slice(1);
  assert.deepEqual(
    rows.slice(0, 3).map((line) => line.split(/ {2,}/)[4]),
    ['17', 'a1', 'a2'],
  );
  assert.deepEqual(rows.slice(3), [
    '2 further steps of the log had no room',
    'the log was read up to 2026-01-01T00:10:00Z',
  ]);
  assert.match(err, /alert show a1/);
  await assert.rejects(platform.run(addIncidentCommands, 'incident', 'none'), { code: 'CLI_NO_INCIDENT' });
  const [one, two] = ['cafe1'.padEnd(32, '0'), 'cafe2'.padEnd(32, '0')];
  const many = await standIn(t, {
    'GET /v1/incidents': { incidents: [INCIDENT, { ...INCIDENT, id: one }, { ...INCIDENT, id: two, steps: [STEP] }] },
    [`GET /v1/incidents/${two}`]: { ...INCIDENT, id: two, steps: [STEP], leftOut: 0, readUntil: null },
  });
  const { out: shown } = await many.run(addIncidentCommands, 'incident', 'cafe2');
  assert.equal(shown.trim().split('\n').length, 2, 'the beginning of its id is enough');
  await assert.rejects(many.run(addIncidentCommands, 'incident', 'cafe'), { code: 'CLI_USAGE', message: /2 ids/ });
});
