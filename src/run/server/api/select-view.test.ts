import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectView } from './select-view.ts';

test('selectView() writes columns, a span of time and a limit', () => {
  assert.deepEqual(
    selectView('climate', {
      columns: 'device, temperature',
      from: '2026-01-01T00:00:00Z',
      to: '2026-02-01T00:00:00Z',
      limit: '5',
    }),
    {
      sql: 'select "device", "temperature" from "climate" where "time" >= cast($1 as timestamp with time zone) and "time" < cast($2 as timestamp with time zone) limit 5',
      parameters: ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    },
  );
  assert.deepEqual(selectView('climate', {}), { sql: 'select * from "climate"', parameters: [] });
});

test('selectView() refuses names and limits that are none', () => {
  assert.throws(() => selectView('a"; drop', {}), { code: 'API_VIEW_UNKNOWN' });
  assert.throws(() => selectView('climate', { columns: 'a,b"' }), { code: 'API_BODY_INVALID' });
  assert.throws(() => selectView('climate', { limit: '1; select' }), { code: 'API_BODY_INVALID' });
});
