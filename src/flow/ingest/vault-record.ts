import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { AEAD_NONCE_LENGTH, AeadKey, hkdfSha256 } from '#base/crypto/index.ts';
import type { VaultRecord } from '#flow/journal/index.ts';
import { IngestError } from './errors.ts';

/** A value whose original the vault keeps, by domain and token. */
export interface VaultValue {
  readonly domain: string;
  readonly token: string | number;
  readonly original: string | number;
}

/** The key under which values travel to the vault, and its version. */
export interface VaultKey {
  readonly version: number;
  readonly key: Uint8Array;
}

const SALT_BYTES = 16;
/** Values in one record; more go into further ones. */
const MOST_VALUES = 4_096;

/**
 * Seals values on their way to the vault: the store, which reads the journal and passes them on, cannot open them.
 *
 * Each start of a writer has a key of its own, derived with a random salt, and counts its nonces, so none comes twice.
 */
export class VaultWriter {
  readonly #version: number;
  readonly #salt: Uint8Array;
  readonly #key: AeadKey;
  #records = 0;

  constructor({ version, key }: VaultKey, random: Random) {
    this.#version = version;
    this.#salt = random.bytes(SALT_BYTES);
    this.#key = keyOf(key, this.#salt);
  }

  records(values: readonly VaultValue[]): readonly VaultRecord[] {
    const records: VaultRecord[] = [];
    for (let at = 0; at < values.length; at += MOST_VALUES) {
      const number = this.#records++;
      const rows = values.slice(at, at + MOST_VALUES).map(({ domain, token, original }) => [domain, token, original]);
      const sealed = this.#key.seal(nonceOf(number), this.#salt, encodeUtf8(JSON.stringify(rows)));
      records.push({ kind: 'vault', version: this.#version, salt: this.#salt, number, sealed });
    }
    return records;
  }
}

/**
 * The values of a record.
 *
 * @throws {CryptoError} CRYPTO_OPEN_FAILED @throws {IngestError} INGEST_VAULT_RECORD_INVALID
 */
export function openVaultRecord({ salt, number, sealed }: Omit<VaultRecord, 'kind'>, key: Uint8Array): VaultValue[] {
  const rows: unknown = JSON.parse(decodeUtf8(keyOf(key, salt).open(nonceOf(number), salt, sealed)));
  if (!Array.isArray(rows)) throw invalid();
  return rows.map((row: unknown): VaultValue => {
    if (!Array.isArray(row) || row.length !== 3) throw invalid();
    const [domain, token, original] = row as unknown[];
    if (typeof domain !== 'string' || !isValue(token) || !isValue(original)) throw invalid();
    return { domain, token, original };
  });
}

function isValue(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function keyOf(key: Uint8Array, salt: Uint8Array): AeadKey {
  return AeadKey.fromBytes(hkdfSha256(key, 'weir/vault/1', 32, salt));
}

function nonceOf(number: number): Uint8Array {
  const nonce = Buffer.alloc(AEAD_NONCE_LENGTH);
  nonce.writeUIntBE(number, AEAD_NONCE_LENGTH - 6, 6);
  return nonce;
}

function invalid(): IngestError {
  return new IngestError('INGEST_VAULT_RECORD_INVALID', 'Cannot read values for the vault: they are not of its form');
}
