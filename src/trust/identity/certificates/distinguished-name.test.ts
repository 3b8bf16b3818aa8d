import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedDer, TAG, readDer } from './der.ts';
import { encodeDer, encodeOid } from './der-writer.ts';
import { ATTRIBUTE, attributeOf, isSameName, isWithin, readName } from './distinguished-name.ts';
import type { DistinguishedName } from './distinguished-name.ts';

type Part = readonly [oid: string, tag: number, value: string];

function name(...parts: readonly Part[]): DistinguishedName {
  const sets = parts.map(([oid, tag, value]) =>
    encodeDer(TAG.set, encodeDer(TAG.sequence, encodeOid(oid), encodeDer(tag, Buffer.from(value, 'utf8')))),
  );
  return readName(readDer(encodeDer(TAG.sequence, ...sets)));
}
const cn = (value: string, tag: number = TAG.utf8): Part => [ATTRIBUTE.commonName, tag, value];

test('isSameName() passes over type, case and blanks, and over nothing else', () => {
  assert.ok(isSameName(name(cn('Acme  Devices ')), name(cn('acme devices', TAG.printable))));
  assert.equal(isSameName(name(cn('Acme')), name(cn('Acne'))), false);
  assert.equal(isSameName(name(cn('a')), name(cn('a'), cn('a'))), false);
  assert.equal(isSameName(name(cn('a')), name([ATTRIBUTE.serialNumber, TAG.utf8, 'a'])), false);
  // A value cannot pass for two attributes.
  assert.equal(isSameName(name(cn('a+2.5.4.5=b')), name(cn('a'))), false);
});

test('isWithin() asks for the leading parts', () => {
  assert.ok(isWithin(name(cn('a'), cn('b')), name(cn('a'))));
  assert.ok(isWithin(name(cn('a')), name()));
  assert.equal(isWithin(name(cn('b'), cn('a')), name(cn('a'))), false);
  assert.equal(isWithin(name(), name(cn('a'))), false);
});

test('attributeOf() gives what stands there once', () => {
  const two = name(cn('a'), cn('b'), [ATTRIBUTE.serialNumber, TAG.printable, 'SN 1']);
  assert.equal(attributeOf(two, ATTRIBUTE.serialNumber), 'SN 1');
  assert.equal(attributeOf(two, ATTRIBUTE.commonName), null);
  assert.equal(attributeOf(name(), ATTRIBUTE.commonName), null);
});

test('readName() refuses parts that are empty or have no value', () => {
  for (const part of [encodeDer(TAG.set), encodeDer(TAG.set, encodeDer(TAG.sequence, encodeOid('2.5.4.3')))]) {
    assert.throws(() => readName(readDer(encodeDer(TAG.sequence, part))), MalformedDer);
  }
});
