import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetCorner } from './dataset-corner.ts';
import type { SubjectPlaces } from './dataset-keeper.ts';

test('datasetCorner() counts rows of a person and has them taken out', async () => {
  const asked: SubjectPlaces[] = [];
  const rewritten: string[] = [];
  const corner = datasetCorner(
    Promise.resolve({
      concerning: async (places) => {
        asked.push(places);
        return [
          { name: 'a', version: 1, rows: 3 },
          { name: 'b', version: 2, rows: 4 },
        ];
      },
      rewriteWithout: async (_actor, { name }) => {
        rewritten.push(name);
        return name === 'a' ? 3 : 4;
      },
    }),
  );
  const place = { relation: 'trips', column: 'rider', type: 'text', kind: 'stream', domain: null } as const;
  const subject = {
    places: [
      { ...place, values: ['ada', 7] },
      { ...place, values: [] },
    ],
  } as never;
  assert.deepEqual([await corner.count(subject), await corner.erase(subject), rewritten], [7, 7, ['a', 'b']]);
  assert.deepEqual(asked[0], [{ relation: 'trips', column: 'rider', values: new Set(['ada', '7']) }]);
});
