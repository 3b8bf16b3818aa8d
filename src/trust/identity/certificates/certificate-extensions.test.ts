import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXTENSION, readExtensions } from './certificate-extensions.ts';
import { MalformedDer, TAG, readDer } from './der.ts';
import { encodeDer, encodeOid } from './der-writer.ts';

const TRUE = Uint8Array.of(0x01, 0x01, 0xff);
const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(' ', ''));

function extension(oid: string, value: Uint8Array, critical?: Uint8Array): Uint8Array {
  return encodeDer(TAG.sequence, encodeOid(oid), critical ?? new Uint8Array(0), encodeDer(TAG.octetString, value));
}
const read = (...extensions: Uint8Array[]) => readExtensions(readDer(encodeDer(TAG.sequence, ...extensions)));

test('readExtensions() reads what is understood and names what is critical and unknown', () => {
  const said = read(
    extension(EXTENSION.basicConstraints, hex('30 06 01 01 ff 02 01 02'), TRUE),
    extension(EXTENSION.keyUsage, hex('03 02 01 06'), TRUE),
    extension(EXTENSION.authorityKey, hex('30 04 80 02 0a 0b')),
    extension('1.3.6.1.4.1.55738.666.1', hex('05 00'), TRUE),
    extension('1.3.6.1.4.1.55738.666.2', hex('05 00')),
  );
  assert.deepEqual(said.basicConstraints, { ca: true, pathLength: 2 });
  assert.equal(said.keyUsage, (1 << 5) | (1 << 6));
  assert.deepEqual(said.authorityKey, { keyId: Uint8Array.of(10, 11) });
  assert.deepEqual(said.unknownCritical, ['1.3.6.1.4.1.55738.666.1']);
  assert.equal(said.alternativeNames, null);
});

test('readExtensions() refuses what RFC 5280 does not allow', () => {
  const FALSE = Uint8Array.of(0x01, 0x01, 0x00);
  const usage = extension(EXTENSION.keyUsage, hex('03 02 01 06'), TRUE);
  const table: [string, Uint8Array[]][] = [
    ['none', []],
    ['one that stands twice', [usage, usage]],
    ['a written default', [extension(EXTENSION.keyUsage, hex('03 02 01 06'), FALSE)]],
    ['a critical key of the authority', [extension(EXTENSION.authorityKey, hex('30 00'), TRUE)]],
    ['half a name of the authority', [extension(EXTENSION.authorityKey, hex('30 03 82 01 05'))]],
    ['name constraints that are not critical', [extension(EXTENSION.nameConstraints, hex('30 05 a0 03 30 01 82'))]],
    ['name constraints of null', [extension(EXTENSION.nameConstraints, hex('30 04 05 00 05 00'), TRUE)]],
    ['empty name constraints', [extension(EXTENSION.nameConstraints, hex('30 02 a0 00'), TRUE)]],
    ['no extended usage', [extension(EXTENSION.extendedKeyUsage, hex('30 00'))]],
    ['no usage', [extension(EXTENSION.keyUsage, hex('03 01 00'), TRUE)]],
    ['a path length without authority', [extension(EXTENSION.basicConstraints, hex('30 03 02 01 00'), TRUE)]],
    ['a value that is no DER', [extension('1.2.3', hex('ff'))]],
    ['access to the authority that is malformed', [extension(EXTENSION.authorityAccess, hex('30 02 05 00'))]],
  ];
  for (const [what, extensions] of table) assert.throws(() => read(...extensions), MalformedDer, what);
});
