import { decodeUtf8, encodeUtf8, fromBase64 } from '#base/core/index.ts';
import { AEAD_NONCE_LENGTH, AeadKey } from '#base/crypto/index.ts';
import { StoreError } from '../errors.ts';

/**
 * Key material as Parquet key tools write it.
 *
 * @see Apache Parquet key management tools, KeyMaterial and KeyMetadata, type PKMT1
 */
export interface KeyMaterial {
  readonly footer: boolean;
  /** Name of the master key, readable by whoever holds the file. */
  readonly masterKeyId: string;
  /** What the key service is asked to unwrap: here an opaque handle, elsewhere the wrapped key in base64. */
  readonly wrappedDek: string;
  /** Set where the data key is wrapped by a key of its own that the master key wraps. */
  readonly kek: { readonly id: string; readonly wrapped: string } | null;
}

export type KeyMetadata =
  | { readonly storage: 'internal'; readonly material: KeyMaterial }
  | { readonly storage: 'external'; readonly reference: string };

/** Key metadata longer than this is refused. */
const MAX_LENGTH = 65_536;

/** PKMT1 JSON with internal storage and single wrapping: what this room puts into the files that it seals. */
export function formatKeyMetadata(material: {
  readonly footer: boolean;
  readonly masterKeyId: string;
  readonly handle: string;
}): Uint8Array {
  const kms = material.footer ? { kmsInstanceID: 'DEFAULT', kmsInstanceURL: 'DEFAULT' } : {};
  return encodeUtf8(
    JSON.stringify({
      keyMaterialType: 'PKMT1',
      internalStorage: true,
      isFooterKey: material.footer,
      ...kms,
      masterKeyID: material.masterKeyId,
      doubleWrapping: false,
      wrappedDEK: material.handle,
    }),
  );
}

/**
 * Reads the key metadata of a file.
 *
 * @throws {StoreError} STORE_KEY_MATERIAL_INVALID unless it is PKMT1 JSON with every field that its readers need
 */
export function parseKeyMetadata(data: Uint8Array): KeyMetadata {
  const json = parseObject(data);
  if (json['keyMaterialType'] !== 'PKMT1') throw invalid('it is not of type PKMT1');
  if (json['internalStorage'] === false) return { storage: 'external', reference: textOf(json, 'keyReference') };
  if (json['internalStorage'] !== true) throw invalid('it does not say where the key material is');
  return { storage: 'internal', material: materialOf(json) };
}

/**
 * Reads a file of external key material: JSON of references to key material.
 *
 * @throws {StoreError} STORE_KEY_MATERIAL_INVALID if it is anything else
 */
export function parseExternalKeyMaterial(data: Uint8Array): ReadonlyMap<string, KeyMaterial> {
  const found = new Map<string, KeyMaterial>();
  for (const [reference, value] of Object.entries(parseObject(data))) {
    if (typeof value !== 'string') throw invalid('a reference leads to something that is no text');
    const json = parseObject(encodeUtf8(value));
    if (json['keyMaterialType'] !== 'PKMT1') throw invalid('it is not of type PKMT1');
    found.set(reference, materialOf(json));
  }
  return found;
}

/**
 * The data key of key material wrapped by master keys at hand, as key tools wrap locally: nonce, ciphertext and tag
 * in base64, the id of the wrapping key as associated data (for a master key its name, else the raw bytes of the id).
 *
 * @throws {StoreError} STORE_OPEN_FAILED if no master key at hand opens it
 */
export function unwrapKeyMaterial(material: KeyMaterial, masterKeys: ReadonlyMap<string, AeadKey>): AeadKey {
  const master = masterKeys.get(material.masterKeyId);
  if (master === undefined) throw notUnwrapped();
  try {
    const masterAad = encodeUtf8(material.masterKeyId);
    if (material.kek === null) return openKey(master, masterAad, material.wrappedDek);
    const kek = openKey(master, masterAad, material.kek.wrapped);
    return openKey(kek, fromBase64(material.kek.id), material.wrappedDek);
  } catch {
    throw notUnwrapped();
  }
}

function openKey(key: AeadKey, aad: Uint8Array, wrapped: string): AeadKey {
  const raw = fromBase64(wrapped);
  return AeadKey.fromBytes(key.open(raw.subarray(0, AEAD_NONCE_LENGTH), aad, raw.subarray(AEAD_NONCE_LENGTH)));
}

function materialOf(json: Readonly<Record<string, unknown>>): KeyMaterial {
  const footer = json['isFooterKey'];
  const double = json['doubleWrapping'];
  if (typeof footer !== 'boolean' || typeof double !== 'boolean') throw invalid('it does not say what it is for');
  if (footer) {
    textOf(json, 'kmsInstanceID');
    textOf(json, 'kmsInstanceURL');
  }
  return {
    footer,
    masterKeyId: textOf(json, 'masterKeyID'),
    wrappedDek: textOf(json, 'wrappedDEK'),
    kek: double ? { id: textOf(json, 'keyEncryptionKeyID'), wrapped: textOf(json, 'wrappedKEK') } : null,
  };
}

// Untrusted: file and key material come from elsewhere; nothing of them becomes the name of a property.
function parseObject(data: Uint8Array): Readonly<Record<string, unknown>> {
  if (data.length > MAX_LENGTH) throw invalid('it is too long');
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(data));
  } catch (cause) {
    throw invalid('it is no JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('it is no JSON object');
  return value as Readonly<Record<string, unknown>>;
}

function textOf(json: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(json, name) ? json[name] : undefined;
  if (typeof value !== 'string') throw invalid(`${name} is missing`);
  return value;
}

function invalid(state: string, cause?: unknown): StoreError {
  return new StoreError('STORE_KEY_MATERIAL_INVALID', `Cannot read key material of Parquet file: ${state}`, { cause });
}

function notUnwrapped(): StoreError {
  return new StoreError(
    'STORE_OPEN_FAILED',
    'Cannot unwrap key of Parquet file: it was not wrapped so under a key at hand',
  );
}
