import assert from 'node:assert/strict';
import { it } from 'node:test';
import { micros } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { archiveOf } from './store-archive.ts';

it('archiveOf() says of each stream what its template does, and of places where they stand', () => {
  const template = makeTemplate(
    'region: eu\nobjects: {cold: {location: /mnt/cold, region: eu}}\ndevices: {d: {}}\n' +
      'streams: {s: {from: d, archive: {after: 1d, to: cold}, fields: {x: {type: number}}}, t: {from: d, fields: {x: {type: number}}}}',
  );
  const now = micros(10 * 86_400_000_000);
  const closed: string[] = [];
  const archive = archiveOf(
    template,
    { isOpen: (name) => name === 'cold', close: (name) => void closed.push(name) },
    now,
  );
  assert.deepEqual(archive.termOf('s'), { to: 'cold', before: 9 * 86_400_000_000 });
  assert.equal(archive.termOf('t'), null);
  assert.equal(archive.termOf('gone'), null);
  assert.deepEqual([archive.standsIn('cold'), archive.standsIn('gone')], ['eu', null]);
  assert.deepEqual([archive.isOpen('cold'), archive.isOpen('gone')], [true, false]);
  archive.close('cold');
  assert.deepEqual(closed, ['cold']);
  assert.equal(archiveOf(undefined, { isOpen: () => true, close: () => undefined }, now).termOf('s'), null);
});
