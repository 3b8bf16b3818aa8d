import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addAlertCommands } from './alerts.ts';

test('weir alert rules, window and revert', async (t) => {
  const rule = {
    version: 3,
    kind: 'muted',
    device: 'truck-3',
    stream: 'climate',
    field: 'temperature',
    mostTimes: 2.5,
    from: '2026-01-01T00:00:00Z',
    until: null,
    by: 'person:x',
    reason: 'wash',
    reverted: null,
  };
  const platform = await standIn(t, {
    'GET /v1/alert-rules': { rules: [rule] },
    'POST /v1/alert-rules': (body) => {
      const { device = null } = JSON.parse(body) as { device?: string };
      return { ...rule, version: 4, kind: 'window', device, until: '2026-02-01T00:00:00Z' };
    },
    'POST /v1/alert-rules/4/revert': { ...rule, version: 4 },
  });
  const { out } = await platform.run(addAlertCommands, 'alert', 'rules');
  assert.match(out, /^ *3 +muted +truck-3 +climate +temperature +2\.5 times +2026-01-01T00:00:00Z +person:x +wash/m);
  const words = ['--device', 'truck-3', '--until', '2026-02-01T00:00:00Z', '--reason', 'service'];
  const made = await platform.run(addAlertCommands, 'alert', 'window', ...words);
  assert.equal(made.out, 'version 4: a window until 2026-02-01T00:00:00Z\n');
  assert.match(made.err, /alert revert 4/);
  assert.doesNotMatch(made.err, /two people/);
  assert.match((await platform.run(addAlertCommands, 'alert', 'window', ...words.slice(2))).err, /two people/);
  assert.equal((await platform.run(addAlertCommands, 'alert', 'revert', '4')).out, 'version 4 is taken back\n');
});
