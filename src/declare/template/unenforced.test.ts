import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { heldBy, UNENFORCED_PROTECTIONS, unenforcedOf } from './unenforced.ts';

const declared = (body: string, field = 'type: number', rest = '') =>
  unenforcedOf(
    makeTemplate(
      `devices: {d: {}, k: {identity: psk, boot: measured}}\nstreams: {s: {from: d, purposes: [p], ${body} fields: {x: {${field}}, w: {type: text, class: personal}}}}\n${rest}`,
    ),
  );

test('unenforcedOf() finds each protection where it is declared', () => {
  const table: [string, ReturnType<typeof declared>, string, string[]][] = [
    ['identity', declared('', 'type: number'), 'devices.k.identity', []],
    ['boot', declared('', 'type: number'), 'devices.k.boot', []],
    ['comply', declared('', 'type: number', 'comply: [gdpr]'), 'comply', []],
  ];
  for (const [id, found, path, streams] of table) {
    const one = found.find((unenforced) => unenforced.id === id);
    assert.deepEqual([one?.path, one?.streams], [path, streams], id);
  }
  assert.deepEqual(table.map(([id]) => id).sort(), UNENFORCED_PROTECTIONS.map(({ id }) => id).sort());
});

test('unenforcedOf() finds nothing where nothing is declared', () => {
  const yaml =
    'region: eu\ndevices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number, range: [0, 1], step: 1/s}}}}';
  assert.deepEqual(unenforcedOf(makeTemplate(yaml)), []);
});

test('heldBy() holds a stream until it accepts', () => {
  const yaml = (mark: string) =>
    `devices: {d: {boot: verified}}\nstreams: {s: {from: d, ${mark} purposes: [p], subject: x, fields: {x: {type: text, class: personal}}}, t: {from: d, fields: {x: {type: number}}}}`;
  const held = (mark: string, name: string) => {
    const template = makeTemplate(yaml(mark));
    const stream = template.streams.get(name);
    assert.ok(stream);
    return heldBy(template, stream).map(({ id }) => id);
  };
  assert.deepEqual(held('', 's'), ['boot']);
  assert.deepEqual(held('unenforced: accept,', 's'), []);
  assert.deepEqual(held('unenforced: accept,', 't'), ['boot']);
  assert.deepEqual(held('', '_probe'), []);
});
