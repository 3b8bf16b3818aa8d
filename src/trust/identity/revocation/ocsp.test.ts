import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '#base/core/index.ts';
import { TAG, context } from '../certificates/der.ts';
import { encodeDer, encodeInteger, encodeNumber, encodeOid } from '../certificates/der-writer.ts';
import { encodeOcspError, readOcspRequest } from './ocsp.ts';

const HASH = encodeDer(TAG.octetString, new Uint8Array(20));

function request(oid: string, serial: Uint8Array, ...more: Uint8Array[]): Uint8Array {
  return requestBy([encodeOid(oid), encodeDer(TAG.null)], serial, ...more);
}

function requestBy(algorithm: readonly Uint8Array[], serial: Uint8Array, ...more: Uint8Array[]): Uint8Array {
  const id = encodeDer(TAG.sequence, encodeDer(TAG.sequence, ...algorithm), HASH, HASH, serial);
  const list = encodeDer(TAG.sequence, encodeDer(TAG.sequence, id));
  return encodeDer(TAG.sequence, encodeDer(TAG.sequence, ...more, list));
}

test('readOcspRequest() reads serial numbers as certificates print them', () => {
  const sha1 = '1.3.14.3.2.26';
  const [question] = readOcspRequest(request(sha1, encodeInteger(Uint8Array.fromHex('ff01'))));
  assert.deepEqual([question?.serial, question?.hash, question?.keyHash.length], ['FF01', 'sha-1', 20]);
  const versioned = request('2.16.840.1.101.3.4.2.1', encodeNumber(5), encodeDer(context(0), encodeNumber(0)));
  assert.equal(readOcspRequest(versioned)[0]?.hash, 'sha-256');
  assert.throws(() => readOcspRequest(request('1.2.840.113549.2.5', encodeNumber(5))), {
    code: 'IDENTITY_DER_INVALID',
  });
  assert.throws(() => readOcspRequest(request(sha1, HASH)), { code: 'IDENTITY_DER_INVALID' });
});

test('readOcspRequest() takes a hash in the two forms that it has, and in none of a stranger’s choice', () => {
  const sha1 = encodeOid('1.3.14.3.2.26');
  assert.equal(readOcspRequest(requestBy([sha1], encodeNumber(5))).length, 1);
  for (const parameters of [
    [encodeNumber(7)],
    [encodeDer(TAG.null), encodeDer(TAG.null)],
    [encodeDer(TAG.null, HASH)],
  ]) {
    assert.throws(() => readOcspRequest(requestBy([sha1, ...parameters], encodeNumber(5))), {
      code: 'IDENTITY_DER_INVALID',
    });
  }
});

test('readOcspRequest() gives every other input the same error', () => {
  const sound = request('1.3.14.3.2.26', encodeNumber(5));
  const inputs = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => {
      const changed = Uint8Array.from(sound);
      changed[at] = (changed[at] ?? 0) ^ bits;
      return changed;
    }),
  );
  fc.assert(
    fc.property(inputs, (input) => {
      try {
        for (const { serial } of readOcspRequest(input)) assert.match(serial, /^[0-9A-F]*$/);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'IDENTITY_DER_INVALID');
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('encodeOcspError() is what RFC 6960 has for errors', () => {
  assert.equal(toHex(encodeOcspError('malformed')), '30030a0101');
  assert.equal(toHex(encodeOcspError('unauthorized')), '30030a0106');
});
