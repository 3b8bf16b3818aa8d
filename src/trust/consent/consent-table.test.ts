import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsentTable, ConsentWriter, FOREVER } from './consent-table.ts';

test('what one thread writes another sees, and the epoch moves', () => {
  const table = ConsentTable.create(4);
  const other = ConsentTable.attach(table.buffer);
  const writer = new ConsentWriter(table);
  const [place] = writer.write([{ stream: 's', subject: 'a', until: [7, FOREVER] }]);
  assert.deepEqual(place, { stream: 's', subject: 'a', slot: 0 });
  assert.deepEqual([other.until(0, 0), other.until(0, 1), other.until(0, 2)], [7, FOREVER, 0]);
  const { epoch } = other;
  writer.write([{ stream: 's', subject: 'a', until: [] }]);
  assert.deepEqual([other.until(0, 0), other.until(0, 1)], [0, 0]);
  assert.ok(other.epoch > epoch);
  assert.throws(() => ConsentTable.attach(new SharedArrayBuffer(64)), TypeError);
});

test('a person keeps the slot; who finds no room is told of and counts as nobody', () => {
  const writer = new ConsentWriter(ConsentTable.create(2));
  const entry = (stream: string, subject: string) => ({ stream, subject, until: [1] });
  const places = writer.write([entry('s', 'a'), entry('t', 'a'), entry('s', 'b'), entry('s', 'a')]);
  assert.deepEqual(
    places.map(({ stream, subject, slot }) => [stream, subject, slot]),
    [
      ['s', 'a', 0],
      ['t', 'a', 1],
      ['s', 'a', 0],
    ],
  );
  assert.equal(writer.lost, 1);
  assert.equal(writer.places().length, 2);
});
