import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addBaselineCommand } from './baseline.ts';

test('weir baseline prints what is normal, since when, and how sure that is', async (t) => {
  const detector = {
    name: 'robust-z',
    armed: true,
    limit: 9.14285,
    seen: 3_600,
    watchedSeconds: 3_599,
    peaks: 64,
    expectedRate: 1e-7,
    likelyRate: 1e-6,
  };
  const platform = await standIn(t, {
    'GET /v1/devices/truck-3/baseline': {
      baselines: [
        {
          device: 'truck-3',
          stream: 'climate',
          since: '2026-01-01T00:00:00Z',
          until: '2026-01-01T01:00:00Z',
          readings: 3_600,
          fields: [{ name: 'temperature', unit: 'Cel', centre: -18, spread: 0.5 }],
          behaviour: { asItself: 0.62, asPeers: null, asType: null },
          peers: {
            devices: 5,
            fields: [{ name: 'temperature', centre: -17, spread: 0.8, position: -1.25 }],
          },
          detectors: [detector, { ...detector, name: 'stuck-check', armed: false, limit: null }],
        },
      ],
    },
  });
  const { out, err } = await platform.run(addBaselineCommand, 'baseline', 'truck-3');
  assert.match(out, /^truck-3 on climate: 3600 readings from 2026-01-01T00:00:00Z to 2026-01-01T01:00:00Z$/m);
  assert.match(out, /^temperature \(Cel\) +-19\.5 +-16\.5 +-18 +0\.5 +-17 +-1\.3$/m);
  assert.match(out, /^robust-z +9\.143 +3600 +59\.98 min|^robust-z +9\.143 +3600 +60 min +64 +0\.06048 +0\.6048$/m);
  assert.match(out, /^beside 5 other devices on this stream/m);
  assert.match(
    out,
    /^behaves as itself: 62 %, as the others of its stream: not known yet, as its type: not known yet$/m,
  );
  assert.match(out, /^stuck-check +not yet/m);
  assert.match(err, /alerts --device truck-3/);
});
