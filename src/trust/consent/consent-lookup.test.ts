import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsentLookup } from './consent-lookup.ts';
import { ConsentTable, ConsentWriter, FOREVER } from './consent-table.ts';

const NOW = 1_000_000_000;

test('a look-up follows the table, the purposes of the stream, and the clock', () => {
  const writer = new ConsentWriter(ConsentTable.create(8));
  const lookup = new ConsentLookup(ConsentTable.attach(writer.table.buffer), { purposes: {}, places: [] });
  const stream = lookup.of('s').asked(['care']);
  assert.equal(stream.standing('a', NOW) !== 0, false, 'nobody is known');
  const purposes = { s: ['care', 'research'] };
  lookup.note({ purposes, places: writer.write([{ stream: 's', subject: 'a', until: [FOREVER, 0] }]) });
  assert.equal(lookup.of('s'), stream);
  assert.equal(stream.standing('a', NOW) !== 0, true);
  assert.equal(stream.standing('b', NOW) !== 0, false);
  stream.asked(['research']);
  assert.equal(stream.standing('a', NOW) !== 0, false, 'agreed to something else');
  stream.asked(['research', 'care']);
  assert.equal(stream.standing('a', NOW) !== 0, true);
  writer.write([{ stream: 's', subject: 'a', until: [NOW / 1e6 + 1, 0] }]);
  assert.equal(stream.standing('a', NOW + 999_999) !== 0, true);
  assert.equal(stream.standing('a', NOW + 1_000_000) !== 0, false, 'it ended');
  writer.write([{ stream: 's', subject: 'a', until: [] }]);
  assert.equal(stream.standing('a', NOW) !== 0, false, 'withdrawn, without the worker being told');
  stream.asked(['unheard']);
  assert.equal(stream.standing('a', NOW) !== 0, false);
  stream.asked(['unheard', 'research', 'care']);
  writer.write([{ stream: 's', subject: 'a', until: [FOREVER, 0] }]);
  assert.equal(stream.standing('a', NOW), 0b100, 'a bit for each purpose by its place');
});
