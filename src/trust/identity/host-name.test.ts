import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import { hostKind } from './host-name.ts';

test('hostKind() tells names and addresses apart', () => {
  for (const host of ['localhost', 'weir.example.com', '*.example.com', 'a-b.c', 'xn--bcher-kva.example', '1a.de']) {
    assert.equal(hostKind(host), 'dns', host);
  }
  for (const host of [
    '127.0.0.1',
    '255.255.255.255',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1',
    '2001:db8::8:800:200C:417A',
    '::ffff:10.0.0.1',
  ]) {
    assert.equal(hostKind(host), 'ip', host);
    assert.notEqual(isIP(host), 0, host);
  }
});

test('hostKind() refuses what is neither', () => {
  const wrong = [
    '',
    '.',
    'a..b',
    '-a',
    '.a',
    'a.',
    'a b',
    'a/b',
    'a:80',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.1.1.1',
    ':::',
    '1::2::3',
    'g::1',
    'fe80::1%eth0',
    '[::1]',
    'ä.de',
    '*',
    'a.*.b',
    'a'.repeat(64),
    'a.'.repeat(130) + 'a',
    'a\n',
  ];
  for (const host of wrong) assert.equal(hostKind(host), null, JSON.stringify(host));
});
