import { concatBytes, equalBytes } from '#base/core/index.ts';
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH } from '#base/crypto/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { parquetInvalid, StoreError } from '../errors.ts';
import { footerLength, hasMagic, parseFooter } from './footer.ts';
import type { Footer } from './footer.ts';
import {
  AesField,
  AlgorithmField,
  FileCryptoField,
  FileField,
  MAGIC_ENCRYPTED,
  MAGIC_LENGTH,
  MAGIC_PLAIN,
  ModuleType,
  RowGroupField,
} from './format.ts';
import { moduleAad } from './module-aad.ts';
import { moduleAt, openFailed, openModule } from './module.ts';
import type { ParquetKeys } from './open-keys.ts';
import type { RangeReader } from './range-reader.ts';
import { asStruct, boolAt, bytesAt, structAt } from './thrift-access.ts';
import { decodeStruct } from './thrift-reader.ts';
import type { ThriftStruct } from './thrift-value.ts';

/** How the pages of a file are sealed. */
export type PageCipher = 'gcm' | 'ctr';

/** An authenticated footer. */
export interface OpenedFooter {
  readonly footer: Footer;
  /** Offset at which what follows the pages starts. */
  readonly start: number;
  readonly fileAad: Uint8Array;
  readonly cipher: PageCipher;
  readonly footerKey: AeadKey;
  /** False where the footer is only signed, and readers without keys see it. */
  readonly encrypted: boolean;
}

/** Read at once from the end, in the hope that the whole footer is within. */
const TAIL_BYTES = 65_536;
/** Of the tag of a signed footer: nonce and tag stand behind it. */
const SIGNATURE_LENGTH = AEAD_NONCE_LENGTH + AEAD_TAG_LENGTH;

/**
 * Reads and authenticates the footer of a sealed file, encrypted or signed.
 *
 * @param aadPrefix what the file must be; null takes what the file itself says, which does not notice an older file
 * @throws {StoreError} STORE_PREFIX_MISMATCH, STORE_OPEN_FAILED, STORE_PARQUET_INVALID
 * @see Encryption.md section 5
 */
export async function openFooter(
  source: RangeReader,
  keys: ParquetKeys,
  aadPrefix: Uint8Array | null,
): Promise<OpenedFooter> {
  const shortest = 3 * MAGIC_LENGTH;
  if (source.size < shortest) throw parquetInvalid('it is too short');
  let tail = await source.read(Math.max(0, source.size - TAIL_BYTES), source.size);
  const length = footerLength(tail);
  const start = source.size - 2 * MAGIC_LENGTH - length;
  // Untrusted: the length decides what is read next.
  if (start < MAGIC_LENGTH) throw parquetInvalid('the length of its footer is wrong');
  if (start < source.size - tail.length) tail = await source.read(start, source.size);
  const head = await source.read(0, MAGIC_LENGTH);
  const last = tail.length - 2 * MAGIC_LENGTH;
  const body = tail.subarray(last - length, last);
  const encrypted = hasMagic(tail, tail.length - MAGIC_LENGTH, MAGIC_ENCRYPTED);
  const magic = encrypted ? MAGIC_ENCRYPTED : MAGIC_PLAIN;
  if (!hasMagic(tail, tail.length - MAGIC_LENGTH, magic) || !hasMagic(head, 0, magic)) {
    throw parquetInvalid('it does not start and end as a sealed one');
  }
  const opened = encrypted ? openEncrypted(body, keys, aadPrefix) : openSigned(body, keys, aadPrefix);
  for (const [index, group] of opened.footer.rowGroups.entries()) {
    const ordinal = group.fields.get(RowGroupField.Ordinal);
    if (ordinal?.kind !== 'i16' || ordinal.value !== index) {
      throw parquetInvalid('a row group has no ordinal, or that of another');
    }
  }
  return { ...opened, start, encrypted };
}

type OpenedBody = Omit<OpenedFooter, 'start' | 'encrypted'>;

function openEncrypted(body: Uint8Array, keys: ParquetKeys, aadPrefix: Uint8Array | null): OpenedBody {
  const { struct: crypto, end } = decodeStruct(body);
  const algorithm = structAt(crypto, FileCryptoField.Algorithm, 'the encryption algorithm');
  const { fileAad, cipher } = algorithmOf(algorithm, aadPrefix);
  const footerKey = keys.footer(bytesAt(crypto, FileCryptoField.KeyMetadata, 'key metadata') ?? null);
  const module = moduleAt(body, end);
  if (module.end !== body.length) throw parquetInvalid('bytes follow its footer');
  const footer = parseFooter(openModule(footerKey, moduleAad(fileAad, { type: ModuleType.Footer }), module.body));
  return { footer, fileAad, cipher, footerKey };
}

/** A plaintext footer is followed by nonce and tag of its encryption, the ciphertext itself being left out. */
function openSigned(body: Uint8Array, keys: ParquetKeys, aadPrefix: Uint8Array | null): OpenedBody {
  const signed = body.subarray(0, Math.max(0, body.length - SIGNATURE_LENGTH));
  const signature = body.subarray(signed.length);
  const { struct: metadata, end } = decodeStruct(body);
  const algorithm = structAt(metadata, FileField.EncryptionAlgorithm, 'the encryption algorithm');
  if (algorithm === undefined) throw parquetInvalid('it is not sealed');
  if (end !== signed.length) throw parquetInvalid('its footer is not signed');
  const { fileAad, cipher } = algorithmOf(algorithm, aadPrefix);
  const keyMetadata = bytesAt(metadata, FileField.FooterSigningKeyMetadata, 'key metadata') ?? null;
  const footerKey = keys.footer(keyMetadata);
  const nonce = signature.subarray(0, AEAD_NONCE_LENGTH);
  // The nonce is the file's own and the same plaintext is sealed again: nothing new is revealed by repeating it.
  const sealed = footerKey.seal(nonce, moduleAad(fileAad, { type: ModuleType.Footer }), signed);
  if (!equalBytes(sealed.subarray(signed.length), signature.subarray(AEAD_NONCE_LENGTH))) throw openFailed();
  return { footer: parseFooter(signed), fileAad, cipher, footerKey };
}

function algorithmOf(
  algorithm: ThriftStruct | undefined,
  expected: Uint8Array | null,
): { readonly fileAad: Uint8Array; readonly cipher: PageCipher } {
  const gcm = algorithm?.get(AlgorithmField.AesGcmV1);
  const chosen = gcm ?? algorithm?.get(AlgorithmField.AesGcmCtrV1);
  if (chosen === undefined || algorithm?.size !== 1) throw parquetInvalid('its encryption algorithm is not known');
  const aes = asStruct(chosen, 'the encryption algorithm');
  const unique = bytesAt(aes, AesField.FileUnique, 'the unique part of the associated data');
  if (unique === undefined) throw parquetInvalid('it has no unique part of the associated data');
  const stored = bytesAt(aes, AesField.AadPrefix, 'the prefix of the associated data');
  const supply = boolAt(aes, AesField.SupplyPrefix, 'whether a prefix must be given') ?? false;
  const wrong =
    stored === undefined ? supply === (expected === null) : expected !== null && !equalBytes(stored, expected);
  if (wrong) {
    throw new StoreError(
      'STORE_PREFIX_MISMATCH',
      'Cannot open Parquet file: it is not the one that is meant, or an older version of it',
      {
        hint: 'Compare the segment and version in the catalogue with the object that was put in its place',
      },
    );
  }
  return {
    fileAad: concatBytes([stored ?? expected ?? new Uint8Array(), unique]),
    cipher: gcm === undefined ? 'ctr' : 'gcm',
  };
}
