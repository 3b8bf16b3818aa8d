import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addInventoryCommand } from './inventory.ts';

const ACTIVITY = {
  name: 'climate',
  kind: 'stream',
  purposes: ['quality'],
  basis: 'contract',
  subject: 'driver',
  elements: [{}, {}],
  recipients: [{ role: 'scientist' }],
  region: 'eu',
  keep: { mostDays: 730.5 },
  archive: { place: 'cold', region: 'eu', afterDays: 90 },
};

test('weir inventory shows what is kept for what and whom, and what nobody declared', async (t) => {
  const record = { activities: [ACTIVITY], undocumented: [{ stream: 'climate', column: 'old' }] };
  const platform = await standIn(t, { 'GET /v1/privacy/record': record });
  const { out, err } = await platform.run(addInventoryCommand, 'inventory');
  assert.match(out, /^climate +quality +contract +driver +2 +scientist +eu +730\.5 d +cold \(eu\) after 90 d/m);
  assert.match(out, /undocumented: climate\.old is stored and not declared/);
  assert.match(err, /inventory --notice/);
});
