import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addCollectionCommand } from './collection.ts';

test('weir collection shows what is stored for what, and what was left out', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/collection': {
      streams: [
        {
          stream: 'climate',
          purposes: ['quality'],
          unused: ['marketing'],
          basis: null,
          every: null,
          fields: [
            { name: 'temperature', stored: 'on a grid', purposes: ['quality'] },
            { name: 'note', stored: 'not at all', purposes: [] },
          ],
          leftOut: { undeclared: 3, withheld: 4, bytes: 120, folded: 0, foldedBytes: 0 },
        },
      ],
    },
  });
  const { out } = await platform.run(addCollectionCommand, 'collection');
  assert.match(out, /^climate +quality +marketing +3 +4 +120 +reading +0 +0 *$/m);
  assert.match(out, /^climate\.note +not at all/m);
});
