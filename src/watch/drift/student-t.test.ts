import assert from 'node:assert/strict';
import { test } from 'node:test';
import { studentTail } from './student-t.ts';

test('studentTail() is that of scipy 1.17.1, far out too', () => {
  for (const [t, degrees, chance] of [
    [2, 5, 0.050969739414929174],
    [-1.3, 15, 0.8933883394433686],
    [8, 30, 3.1329112378503795e-9],
    [40, 3, 1.7190340394579253e-5],
  ] as const) {
    assert.ok(Math.abs(studentTail(t, degrees) / chance - 1) < 1e-10, `${t}, ${degrees}: ${studentTail(t, degrees)}`);
  }
  assert.equal(studentTail(0, 7), 0.5);
});
