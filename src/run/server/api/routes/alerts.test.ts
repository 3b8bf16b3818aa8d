import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { KnownBaseline } from '#watch/detect/index.ts';
import type { Alert, AlertRule, Answer } from '#watch/respond/index.ts';
import type { AlertFilter } from '#watch/respond/index.ts';
import { eventually } from '../../../../../test/support/eventually.ts';
import { makeTemplate } from '../../../../../test/support/make-template.ts';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

const ALERT: Alert = {
  id: 'a1',
  device: 'truck-3',
  stream: 'climate',
  detectors: [{ name: 'robust-z', score: 12, limit: 8, readings: 1 }],
  start: 1_000_000,
  end: 2_000_000,
  open: false,
  severity: 'medium',
  budget: { alarms: 1, seconds: 604_800, expected: 0.1, likely: 0.9 },
  baseline: { readings: 3_600, seconds: 3_600, peaks: 64 },
  causes: [],
  nearest: { time: 0, values: { temperature: null } },
  evidence: [{ time: 1_000_000, values: { temperature: 20 } }],
  sentence: 'temperature of truck-3 was 20 Cel',
  state: 'new',
  raised: 3_000_000,
  changed: 3_000_000,
  answers: [],
};

const BASELINE: KnownBaseline = {
  device: 'truck-3',
  stream: 'climate',
  since: 0,
  until: 1_000_000,
  readings: 2,
  fields: [{ name: 'temperature', unit: 'Cel', centre: -18, spread: 1 }],
  behaviour: { asItself: 0.5, asPeers: null, asType: null },
  peers: null,
  detectors: [
    {
      name: 'robust-z',
      armed: false,
      limit: Infinity,
      seen: 2,
      watchedSeconds: 1,
      peaks: 0,
      expectedRate: 0,
      likelyRate: 0,
    },
  ],
};

/** Stands in for the book, which is tested by itself. */
function standIn() {
  const filters: AlertFilter[] = [];
  const answers: Omit<Answer, 'at'>[] = [];
  const listeners = new Set<(alert: Alert) => void>();
  const alerts: Services['alerts'] = {
    list: async ({ which = () => true, ...filter }) => {
      filters.push(filter);
      return [ALERT].filter(which);
    },
    get: async () => ALERT,
    answer: async (_id, answer) => {
      answers.push(answer);
      return { ...ALERT, state: answer.verdict, answers: [{ ...answer, at: 4_000_000 }] };
    },
    async *changedAfter() {},
    countAfter: async () => 0,
    onChange: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
  return { alerts, filters, answers, listeners };
}

test('alerts are listed by state, device and time, and shown with times in UTC', async (t) => {
  const { alerts, filters } = standIn();
  const { call } = await openApi(t, { alerts });
  const listed = await call('GET', '/v1/alerts?state=new&device=truck-3&since=1970-01-01T00:00:01Z&limit=5');
  assert.equal(listed.status, 200, listed.text);
  assert.deepEqual(filters, [{ state: 'new', device: 'truck-3', since: 1_000_000, limit: 5 }]);
  const shown = (await call('GET', '/v1/alerts/a1')).json();
  assert.deepEqual([shown['start'], shown['raised']], ['1970-01-01T00:00:01Z', '1970-01-01T00:00:03Z']);
  assert.deepEqual(shown['nearest'], { time: '1970-01-01T00:00:00Z', values: { temperature: null } });
  assert.equal((await call('GET', '/v1/alerts?since=tomorrow')).json()['code'], 'API_BODY_INVALID');
  assert.equal((await call('GET', '/v1/alerts?state=odd')).status, 400);
  assert.equal((await call('GET', '/v1/alerts', { as: 'nobody' })).status, 401);
});

test('what is of readings that stay in a region is shown inside, and outside where a transfer lets it', async (t) => {
  const { alerts, answers, listeners } = standIn();
  const current = makeTemplate(`region: eu
devices: { reefer: {} }
streams: { climate: { from: reefer, fields: { temperature: { type: number } } } }
people: { keeper: { query: [], may: [respond] }, scientist: { query: [], may: [respond], region: us } }
`);
  let transfers: { from: string; to: string }[] = [];
  const rule: AlertRule = {
    version: 1,
    kind: 'muted',
    device: 'truck-3',
    stream: 'climate',
    field: 'temperature',
    mostTimes: null,
    from: 0,
    until: null,
    by: 'person:p1',
    reason: null,
    at: 0,
    alert: 'a1',
    reverted: null,
  };
  const alertRules: Services['alertRules'] = {
    all: [rule],
    add: () => Promise.reject(new Error('this test makes no rules')),
    revert: async () => rule,
  };
  const { call, identity, audit } = await openApi(t, {
    alerts,
    alertRules,
    baseline: async () => [BASELINE],
    templates: { current, plan: () => ({}), apply: async () => ({ proposal: null }) },
    decisions: new DecisionPoint(undefined, null, () => transfers),
  });
  const people = {
    here: await identity.people.add('ada', ['keeper'], 'test'),
    there: await identity.people.add('bob', ['scientist'], 'test'),
  };
  const seenBy = async (who: keyof typeof people, hears: boolean) => {
    const as = { token: people[who].token };
    const get = (path: string) => call('GET', path, { as });
    const body = { verdict: 'confirmed' };
    let heard = '';
    const followed = call('GET', '/v1/alert-events', { as, heard: (text) => (heard += text) });
    await eventually(
      () => listeners.size,
      (size) => size === 1,
    );
    const [listener] = listeners;
    listener?.(ALERT);
    // Who may not see it hears nothing of it to wait for.
    if (hears) await eventually(() => heard.includes('event: alert'), Boolean);
    for (let i = 0; i < 10_002; i++) listener?.(ALERT);
    return [
      ((await get('/v1/alerts')).json()['alerts'] as object[]).length,
      (await get('/v1/alert-findings')).text.length > 0,
      (await get('/v1/alerts/a1')).status,
      ((await get('/v1/incidents')).json()['incidents'] as object[]).length,
      (await call('POST', '/v1/alerts/a1/answer', { as, body })).status,
      (await get('/v1/devices/truck-3/baseline')).status,
      ((await get('/v1/alert-rules')).json()['rules'] as object[]).length,
      (await call('POST', '/v1/alert-rules/1/revert', { as, body: {} })).status,
      (await followed).text.includes('event: alert'),
    ];
  };
  const nothing = [0, false, 403, 0, 403, 404, 0, 403, false];
  const everything = [1, true, 200, 1, 200, 200, 1, 200, true];
  assert.deepEqual(await seenBy('here', true), everything);
  assert.equal(answers.length, 1);
  assert.deepEqual(await seenBy('there', false), nothing);
  assert.equal(answers.length, 1);
  assert.deepEqual(
    audit.events.filter(({ reason }) => reason === 'beyond-region').map(({ resource, outcome }) => [resource, outcome]),
    [
      ['alert:a1', 'denied'],
      ['alert:a1', 'denied'],
      ['alert-rules:1', 'denied'],
    ],
  );
  transfers = [{ from: 'eu', to: 'us' }];
  assert.deepEqual(await seenBy('there', true), everything);
});

test('an answer names who gave it; until when goes with what is expected alone', async (t) => {
  const { alerts, answers } = standIn();
  const { call } = await openApi(t, { alerts });
  const answer = (body: object) => call('POST', '/v1/alerts/a1/answer', { body });
  assert.equal((await answer({ verdict: 'false-alarm', reason: 'wash' })).json()['state'], 'false-alarm');
  const expected = await answer({ verdict: 'expected', reason: 'wash', until: '1970-01-01T00:00:09Z' });
  assert.equal(expected.status, 200);
  assert.deepEqual(
    answers.map(({ verdict, reason, until }) => [verdict, reason, until]),
    [
      ['false-alarm', 'wash', null],
      ['expected', 'wash', 9_000_000],
    ],
  );
  assert.match(answers[0]?.by ?? '', /^person:/);
  for (const wrong of [{ verdict: 'expected' }, { verdict: 'confirmed', until: '1970-01-01T00:00:09Z' }, {}]) {
    assert.equal((await answer(wrong)).json()['code'], 'API_BODY_INVALID');
  }
});

test('alerts are findings for a SIEM, one a line', async (t) => {
  const { alerts, filters } = standIn();
  const { call } = await openApi(t, { alerts });
  const { headers, text } = await call('GET', '/v1/alert-findings?limit=7');
  assert.match(headers['content-type'] ?? '', /^application\/x-ndjson/);
  assert.equal((JSON.parse(text.trim()) as { class_uid: number }).class_uid, 2004);
  assert.deepEqual(filters, [{ limit: 7 }]);
});

test('incidents are of what is new or true', async (t) => {
  const { alerts } = standIn();
  const list = async () => [ALERT, { ...ALERT, id: 'a2', state: 'false-alarm' as const }];
  const { call } = await openApi(t, { alerts: { ...alerts, list } });
  const { incidents } = (await call('GET', '/v1/incidents')).json() as {
    incidents: { devices: string[]; steps: { alert: string; start: string }[] }[];
  };
  assert.deepEqual(
    incidents.map(({ devices, steps }) => [devices, steps.map(({ alert, start }) => [alert, start])]),
    [[['truck-3'], [['a1', '1970-01-01T00:00:01Z']]]],
  );
});

test('an incident has what the log says of its devices among its steps', async (t) => {
  const { alerts } = standIn();
  const event = { actor: 'person:op', action: 'revoke', resource: 'device:truck-3', outcome: 'done' } as const;
  const all = [
    { index: 0, time: micros(500_000), event: { ...event, action: 'start' } },
    { index: 1, time: micros(900_000), event },
    { index: 2, time: micros(1_500_000), event: { ...event, resource: 'device:truck-4' } },
  ];
  const auditReader = {
    entries: async (from: number, limit: number) => all.slice(from, from + limit),
  } as unknown as Services['auditReader'];
  const { call } = await openApi(t, { alerts, auditReader });
  const { incidents } = (await call('GET', '/v1/incidents')).json() as { incidents: { id: string; steps: object[] }[] };
  assert.equal(incidents[0]?.steps.length, 1);
  const shown = (await call('GET', `/v1/incidents/${incidents[0]?.id}`)).json();
  assert.deepEqual(
    (shown['steps'] as { kind: string; alert: string }[]).map(({ kind, alert }) => [kind, alert]),
    [
      ['event', '1'],
      ['alert', 'a1'],
    ],
  );
  assert.deepEqual([shown['leftOut'], shown['readUntil']], [0, null]);
  const unknown = await call('GET', '/v1/incidents/none');
  assert.deepEqual([unknown.status, unknown.json()['code']], [404, 'RESPOND_INCIDENT_UNKNOWN']);
});

test('a window is opened by who may respond, shown, and taken back', async (t) => {
  const { alerts } = standIn();
  const rules: AlertRule[] = [];
  const alertRules: Services['alertRules'] = {
    get all() {
      return rules;
    },
    add: async (rule) => {
      rules.push({ ...rule, version: 1, at: 0, reverted: null });
      return rules[0]!;
    },
    revert: async (version, by) => ({ ...rules[version - 1]!, reverted: { by, at: 9_000_000 } }),
  };
  const baseline = async (device: string) => (device === 'truck-3' ? [BASELINE] : []);
  const { call } = await openApi(t, { alerts, alertRules, baseline });
  const body = { device: 'truck-3', from: '1970-01-01T00:00:01Z', until: '1970-01-01T00:00:05Z', reason: 'service' };
  const made = await call('POST', '/v1/alert-rules', { body });
  assert.equal(made.status, 201, made.text);
  for (const unknown of [{ device: 'nobody' }, { stream: 'nothing' }]) {
    const refused = await call('POST', '/v1/alert-rules', { body: { ...body, ...unknown } });
    assert.deepEqual([refused.status, refused.json()['code']], [400, 'RESPOND_WINDOW_INVALID']);
  }
  assert.deepEqual([rules[0]?.from, rules[0]?.until, rules[0]?.stream], [1_000_000, 5_000_000, null]);
  const shown = (await call('GET', '/v1/alert-rules')).json() as { rules: { until: string }[] };
  assert.equal(shown.rules[0]?.until, '1970-01-01T00:00:05Z');
  rules.push({ ...rules[0]!, version: 2, device: '_probe' });
  assert.equal(((await call('GET', '/v1/alert-rules')).json() as { rules: object[] }).rules.length, 1);
  const reverted = (await call('POST', '/v1/alert-rules/1/revert', { body: {} })).json();
  assert.deepEqual((reverted['reverted'] as { at: string }).at, '1970-01-01T00:00:09Z');
  assert.equal((await call('POST', '/v1/alert-rules', { body: { reason: 'x' } })).status, 400);
});

test('alerts come as events for as long as somebody listens', async (t) => {
  const { alerts, listeners } = standIn();
  const { call } = await openApi(t, { alerts });
  const followed = call('GET', '/v1/alert-events');
  await eventually(
    () => listeners.size,
    (size) => size === 1,
  );
  // More than a follower may be behind by ends it.
  const [listener] = listeners;
  for (let i = 0; i < 10_002; i++) listener?.(ALERT);
  const { headers, text } = await followed;
  assert.match(headers['content-type'] ?? '', /^text\/event-stream/);
  assert.match(text, /^: nothing new\n\n/);
  assert.equal(listeners.size, 0);
});

test('an alert that is raised is an event with its id and itself', async (t) => {
  const { alerts, listeners } = standIn();
  const { call } = await openApi(t, { alerts });
  let heard = '';
  const followed = call('GET', '/v1/alert-events', { heard: (part) => (heard += part) });
  await eventually(
    () => listeners.size,
    (size) => size === 1,
  );
  const [listener] = listeners;
  listener?.(ALERT);
  await eventually(() => heard.includes('event: alert'), Boolean);
  for (let i = 0; i < 10_002; i++) listener?.(ALERT);
  const { text } = await followed;
  const [, event] = text.split('\n\n');
  assert.match(event ?? '', /^id: 3000000\nevent: alert\ndata: \{.*"id":"a1"/);
});

test('a baseline is shown as it is, without what JSON has not; a device that is not watched is told so', async (t) => {
  const { alerts } = standIn();
  const known: Record<string, readonly KnownBaseline[] | null> = { 'truck-3': [BASELINE], idle: [], off: null };
  const { call } = await openApi(t, { alerts, baseline: async (device) => known[device] ?? null });
  const { baselines } = (await call('GET', '/v1/devices/truck-3/baseline')).json() as {
    baselines: { until: string; detectors: { limit: number | null }[] }[];
  };
  assert.deepEqual([baselines[0]?.until, baselines[0]?.detectors[0]?.limit], ['1970-01-01T00:00:01Z', null]);
  for (const name of ['idle', 'off']) {
    const { status, json } = await call('GET', `/v1/devices/${name}/baseline`);
    assert.deepEqual([status, json()['code']], [404, 'API_BASELINE_UNKNOWN']);
  }
});
