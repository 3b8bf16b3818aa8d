import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announcePlatform } from './announce-platform.ts';

test('announcePlatform() names addresses and the next commands', () => {
  const ports = { mqtt: 1, https: 2, api: 3 };
  const address = {
    pid: 1,
    mqtt: 'mqtts://localhost:1',
    https: 'https://localhost:2',
    api: 'https://localhost:3',
    ports,
  };
  const text = announcePlatform({ ...address, demo: true }, 'fleet', ['status', 'prove']);
  assert.match(text, /^a demo of weir runs with template fleet\n/);
  for (const part of [
    ...Object.values(address).filter((value) => typeof value === 'string'),
    '  npm run -s weir -- prove\n',
  ]) {
    assert.ok(text.includes(part), part);
  }
  assert.match(announcePlatform({ ...address, demo: false }, 'fleet', []), /^weir runs/);
});
