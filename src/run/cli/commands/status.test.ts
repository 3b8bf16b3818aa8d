import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flowLine, flowLines } from '../show-flow.ts';
import { standIn } from '../testing.ts';
import { addStatusCommand, showStatus } from './status.ts';
import { STATUS } from '../status-example.ts';

test('showStatus() has a line for each part', () => {
  const text = showStatus(STATUS);
  assert.match(text, /^readings +5 admitted, 1 doubled, 2 per second$/m);
  assert.match(text, /^refused +step 1, range 3: weir quarantine list$/m);
  assert.doesNotMatch(text, /^left out/m);
  const readings = { ...STATUS.readings, dropped: 7 };
  assert.match(showStatus({ ...STATUS, readings }), /^left out +7 values that no field declares: weir collection$/m);
  assert.match(text, /^queries +not confined: no namespaces$/m);
  assert.match(text, /^alerts +2; 4 devices are watched, 3 readings not judged by all detectors$/m);
  assert.match(text, /^tiers +cheap 1,000 in 0\.0 s, principal-components 40 in 0\.0 s, 5 windows beyond the budget$/m);
  assert.match(text, /^not suspected +1 of 2 odd windows in a sample of 9$/m);
  assert.match(showStatus({ ...STATUS, watch: { ...STATUS.watch!, lagMs: 7_200 } }), /watched, 7\.2 s behind, 3/);
  assert.match(text, /^memory +gets to no disk/m);
  const exposures = [{ kind: 'swap', detail: 'swap on /dev/sda2 is not encrypted' }];
  assert.match(showStatus({ ...STATUS, exposures }), /^memory +swap on \/dev\/sda2 is not encrypted$/m);
  assert.doesNotMatch(text, /^proposals/m);
  assert.match(showStatus({ ...STATUS, proposals: { waiting: 2 } }), /^proposals +2 wait to be approved/m);
  assert.match(text, /^back-pressure +none$/m);
  const pace = { behindMs: 420, allowedPerSecond: 250_000, heldBackSeconds: 3.21 };
  assert.match(
    showStatus({ ...STATUS, pace }),
    /^back-pressure +250000 readings per second at most, the newest seen after 420 ms; held back 3\.2 s since the start$/m,
  );
  assert.match(text, /^processes +gateway running \(2 restarts\)$/m);
});

test('weir status fails where something is degraded', async (t) => {
  const well = { ...STATUS, degraded: [] };
  const platform = await standIn(t, { 'GET /v1/status': well });
  const { status, out } = await platform.run(addStatusCommand, 'status', '--json');
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(out), well);
  const ill = await standIn(t, { 'GET /v1/status': STATUS });
  const shown = await ill.run(addStatusCommand, 'status');
  assert.equal(shown.status, 1);
  assert.match(shown.out, /^degraded +queries are not confined$/m);
  assert.ok(flowLines(STATUS).length > 5 && flowLine(STATUS).includes('queries are not confined'));
});
