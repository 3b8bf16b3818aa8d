import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableRows } from './subject-export.ts';

test('readableRows() shows times as text and the person by the own identifier', () => {
  const columns = [
    { name: 'who', type: 'text' as const },
    { name: 'time', type: 'time' as const },
    { name: 'n', type: 'number' as const },
  ];
  const rows = [
    { who: 't1-x', time: 0, n: 4 },
    { who: 't1-y', time: null, n: 0 },
  ];
  const place = { relation: 's', kind: 'stream' as const, column: 'who', type: 'text' as const, domain: 'd', values: ['t1-x', 'ada'], digests: [] }; // prettier-ignore
  assert.deepEqual(readableRows('ada', { columns, rows }, [place]), [
    { who: 'ada', time: '1970-01-01T00:00:00Z', n: 4 },
    { who: 't1-y', time: null, n: 0 },
  ]);
});
