import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '#base/crypto/index.ts';
import { decodeDocument, encodeDocument } from './signed-document.ts';
import type { OpenEnvelope, SignEnvelope } from './signed-document.ts';

/** Stands in for signatures, which are tested where they are made: an envelope is its own JSON. */
const sign: SignEnvelope = async (type, statement) => JSON.stringify({ type, statement });
const open: OpenEnvelope = (text) => JSON.parse(text) as ReturnType<OpenEnvelope>;
const BODY = { target: 't', snapshot: 's', segments: ['a', 'b'] };

test('decodeDocument() gives back what encodeDocument() took, once its envelope holds', async () => {
  const bytes = await encodeDocument('manifest', BODY, sign);
  const document = await decodeDocument<typeof BODY>('manifest', bytes);
  assert.deepEqual(document.body, BODY);
  assert.deepEqual(document.verify(open), BODY);
});

test('one flipped bit anywhere, another kind, a body of before and a truncation are refused', async () => {
  const bytes = await encodeDocument('ring', BODY, sign);
  const read = async (data: Uint8Array, kind: 'ring' | 'manifest' = 'ring'): Promise<unknown> =>
    (await decodeDocument<typeof BODY>(kind, data)).verify(open);
  const refused = { code: /^BACKUP_(DAMAGED|NEWER)$/ };
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at]! ^= 1;
    await assert.rejects(read(changed), refused, `byte ${at}`);
    // By somebody who can make a checksum, and not a signature.
    const redone = new Uint8Array(Buffer.concat([changed.subarray(0, -32), sha256(changed.subarray(0, -32))]));
    if (at < bytes.length - 32) await assert.rejects(read(redone), refused, `byte ${at}, with its checksum`);
  }
  await assert.rejects(read(bytes, 'manifest'), refused);
  for (const length of [0, 7, 11, 40, bytes.length - 1])
    await assert.rejects(read(bytes.subarray(0, length)), refused, `${length} bytes`);
  const fewer: typeof BODY = { ...BODY, segments: [] };
  const other = await encodeDocument('ring', fewer, sign);
  const envelopeEnd = (data: Uint8Array): number => 12 + new DataView(data.buffer).getUint32(8);
  const mixed = Buffer.concat([bytes.subarray(0, envelopeEnd(bytes)), other.subarray(envelopeEnd(other), -32)]);
  await assert.rejects(read(new Uint8Array(Buffer.concat([mixed, sha256(mixed)]))), { code: 'BACKUP_DAMAGED' });
});

test('a later version is told apart from damage', async () => {
  const later: SignEnvelope = async (type, statement) =>
    JSON.stringify({ type, statement: { ...(statement as object), version: 2 } });
  const document = await decodeDocument('ring', await encodeDocument('ring', BODY, later));
  assert.throws(() => document.verify(open), { code: 'BACKUP_NEWER' });
});
