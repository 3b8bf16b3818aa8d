import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from './device-table-layout.ts';

test('layoutOf() aligns every part to eight bytes and overlaps none', () => {
  for (const window of [1, 7, 128]) {
    for (const streams of [1, 2, 5]) {
      const layout = layoutOf({ devices: 3, streams, records: 4, window, stepped: 3 });
      for (const part of [layout.deviceRows, layout.deviceBytes, layout.recordRows, layout.recordBytes]) {
        assert.equal(part % 8, 0);
      }
      assert.ok(layout.deviceRows >= layout.streamNames + streams * 64);
      assert.ok(layout.recordRows >= layout.deviceRows + 3 * layout.deviceBytes);
      assert.ok(layout.marks >= layout.digests + window * 4);
      assert.ok(layout.recordBytes >= layout.marks + window * 4);
      assert.equal(layout.total, layout.recordRows + 4 * layout.recordBytes);
    }
  }
});
