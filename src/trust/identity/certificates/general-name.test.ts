import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedDer, readDer } from './der.ts';
import { encodeDer } from './der-writer.ts';
import { isDnsName, readGeneralName, readGeneralNames } from './general-name.ts';

const name = (tag: number, text: string | Uint8Array) =>
  readDer(encodeDer(tag, typeof text === 'string' ? Buffer.from(text, 'latin1') : text));

test('readGeneralName() reads each kind that is compared', () => {
  const dns = readGeneralName(name(0x82, 'Pump.Example.com'), 'name');
  assert.deepEqual(dns, { kind: 'dns', value: 'pump.example.com' });
  assert.equal(readGeneralName(name(0x81, 'a.b@example.com'), 'name').kind, 'email');
  assert.equal(readGeneralName(name(0x86, 'urn:weir:0:device:a'), 'name').kind, 'uri');
  assert.equal(readGeneralName(name(0x87, Uint8Array.of(192, 0, 2, 1)), 'name').kind, 'ip');
  assert.equal(readGeneralName(name(0x87, new Uint8Array(8)), 'constraint').kind, 'ip');
  assert.equal(readGeneralName(name(0x82, ''), 'constraint').kind, 'dns');
  assert.equal(readGeneralName(name(0x81, '.example.com'), 'constraint').kind, 'email');
  assert.deepEqual(readGeneralName(name(0xa0, ''), 'name'), { kind: 'other', tag: 0xa0 });
});

test('readGeneralName() refuses names that are not in their syntax', () => {
  for (const [tag, text] of [
    [0x82, '.example.com'],
    [0x82, 'foo_bar.example.com'],
    [0x82, 'a..b'],
    [0x82, ''],
    [0x82, '*'],
    [0x82, '*.com.'],
    [0x82, 'a.*.example.com'],
    [0x81, 'nobody'],
    [0x81, 'a@b@example.com'],
    [0x81, '@example.com'],
    [0x86, 'no scheme'],
    [0x86, 'a:'],
    [0x87, '12345'],
    [0x82, '\xe4.example.com'],
    [0x01, 'x'],
  ] as const) {
    assert.throws(() => readGeneralName(name(tag, text), 'name'), MalformedDer, text);
  }
  assert.throws(() => readGeneralName(name(0x87, Uint8Array.of(192, 0, 2, 1)), 'constraint'), MalformedDer);
  assert.throws(() => readGeneralName(name(0x82, '.example.com'), 'constraint'), MalformedDer);
  assert.throws(() => readGeneralNames(name(0x30, '')), MalformedDer);
});

test('isDnsName() bounds labels and the whole', () => {
  assert.ok(isDnsName(`${'a'.repeat(63)}.example`));
  assert.equal(isDnsName(`${'a'.repeat(64)}.example`), false);
  assert.equal(isDnsName(Array.from({ length: 64 }, () => 'abc').join('.')), false);
  assert.equal(isDnsName('-a.example'), false);
});
