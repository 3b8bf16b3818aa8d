import { canonicalJson, encodeUtf8, fromBase64, toBase64 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import {
  AeadKey,
  derivePassphraseKey,
  makePassphraseParameters,
  sha256Hex,
  unwrapKey,
  wrapKey,
} from '#base/crypto/index.ts';
import { KeysError } from './errors.ts';

/** What `keys/root.json` holds; see `docs/formats/key-files.md`. */
export type RootFile = PassphraseRootFile | DemoRootFile;

interface RootHeader {
  readonly format: 'weir-root-key';
  readonly version: 1;
  /** Generation of the root key. */
  readonly root: number;
  /** RFC 3339. */
  readonly created: string;
}

export interface PassphraseRootFile extends RootHeader {
  readonly kind: 'passphrase';
  readonly argon2id: {
    readonly memoryKiB: number;
    readonly passes: number;
    readonly lanes: number;
    readonly salt: string;
  };
  readonly sealed: string;
}

export interface DemoRootFile extends RootHeader {
  readonly kind: 'demo';
  readonly notice: string;
  readonly key: string;
}

/** The root key itself, 32 bytes, and what its file says about it. */
export interface RootKey {
  readonly kind: RootFile['kind'];
  readonly root: number;
  readonly key: Uint8Array;
}

export const ROOT_KEY_LENGTH = 32;
const SHORTEST_PASSPHRASE = 12;
const LONGEST_PASSPHRASE = 1_024;
const NOTICE = 'Demonstration key, readable by anyone: never put real data behind it';

/**
 * Seals a root key under a passphrase.
 *
 * @param passphrase 12 to 1,024 characters; compared after Unicode normalisation (NFKC)
 * @throws {KeysError} KEYS_PASSPHRASE_WEAK
 */
export async function sealRootFile(
  key: Uint8Array,
  passphrase: string,
  created: string,
  random: Random,
  root = 1,
): Promise<PassphraseRootFile> {
  const secret = normalise(passphrase);
  if (secret.length < SHORTEST_PASSPHRASE || secret.length > LONGEST_PASSPHRASE) {
    throw new KeysError('KEYS_PASSPHRASE_WEAK', 'Cannot use passphrase: it must have 12 to 1,024 characters', {
      hint: 'Take six or more random words',
    });
  }
  const parameters = makePassphraseParameters(random);
  const { memoryKiB, passes, lanes, salt } = parameters;
  const header = {
    format: 'weir-root-key',
    version: 1,
    kind: 'passphrase',
    root,
    created,
    argon2id: { memoryKiB, passes, lanes, salt: toBase64(salt) },
  } as const;
  const wrapping = AeadKey.fromBytes(await derivePassphraseKey(encodeUtf8(secret), parameters));
  return { ...header, sealed: toBase64(wrapKey(wrapping, encodeUtf8(canonicalJson(header)), key, random)) };
}

/** A root file whose key lies open: for demonstrations on loopback only. */
export function makeDemoRootFile(key: Uint8Array, created: string): DemoRootFile {
  return { format: 'weir-root-key', version: 1, kind: 'demo', root: 1, created, notice: NOTICE, key: toBase64(key) };
}

/**
 * The root key of a file.
 *
 * @param passphrase null where there is none to give
 * @throws {KeysError} KEYS_PASSPHRASE_NEEDED, KEYS_PASSPHRASE_WRONG (also where the file was changed)
 */
export async function openRootFile(file: RootFile, passphrase: string | null): Promise<RootKey> {
  if (file.kind === 'demo') return { kind: 'demo', root: file.root, key: fromBase64(file.key) };
  if (passphrase === null) {
    throw new KeysError('KEYS_PASSPHRASE_NEEDED', 'Cannot open root key: it is under a passphrase', {
      hint: 'Type it at the terminal, or name a file with --passphrase-file',
    });
  }
  const { sealed, ...header } = file;
  try {
    const parameters = { ...file.argon2id, algorithm: 'argon2id' as const, salt: fromBase64(file.argon2id.salt) };
    const wrapping = AeadKey.fromBytes(await derivePassphraseKey(encodeUtf8(normalise(passphrase)), parameters));
    const key = unwrapKey(wrapping, encodeUtf8(canonicalJson(header)), fromBase64(sealed));
    return { kind: 'passphrase', root: file.root, key };
  } catch (cause) {
    throw new KeysError(
      'KEYS_PASSPHRASE_WRONG',
      'Cannot open root key: the passphrase is not the one it was sealed with',
      {
        cause,
        hint: 'Try again, or restore the root key from the recovery kit',
      },
    );
  }
}

/**
 * Reads the text of a root file. Untrusted until its key opened: every member is checked for type and bound.
 *
 * @throws {KeysError} KEYS_ROOT_MALFORMED
 */
export function parseRootFile(text: string): RootFile {
  const malformed = (state: string, cause?: unknown): KeysError =>
    new KeysError('KEYS_ROOT_MALFORMED', `Cannot read root key file: ${state}`, {
      cause,
      hint: 'Restore keys/root.json from a backup, or the root key from the recovery kit',
    });
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text.slice(0, 16_384)) as Record<string, unknown>;
  } catch (cause) {
    throw malformed('it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || value['format'] !== 'weir-root-key') throw malformed('it is none');
  if (value['version'] !== 1) throw malformed('a later version of Weir wrote it');
  const { kind, root, created, argon2id, sealed, key, notice } = value;
  if (!Number.isInteger(root) || Number(root) < 1 || Number(root) > 255 || typeof created !== 'string') {
    throw malformed('a member is missing');
  }
  const header = { format: 'weir-root-key', version: 1, root: Number(root), created } as const;
  if (kind === 'demo' && isBytes(key, ROOT_KEY_LENGTH) && typeof notice === 'string')
    return { ...header, kind, notice, key };
  const { memoryKiB, passes, lanes, salt } = (argon2id ?? {}) as Record<string, unknown>;
  const numbers = [memoryKiB, passes, lanes].every((n) => Number.isSafeInteger(n));
  if (kind !== 'passphrase' || !numbers || !isBytes(salt) || !isBytes(sealed)) throw malformed('a member is missing');
  return {
    ...header,
    kind,
    argon2id: { memoryKiB: Number(memoryKiB), passes: Number(passes), lanes: Number(lanes), salt },
    sealed,
  };
}

/** Eight hex digits that tell root keys apart on paper and say nothing about them. */
export function rootKeyId(key: Uint8Array): string {
  return sha256Hex(`weir root key id\n${sha256Hex(key)}`).slice(0, 8);
}

function normalise(passphrase: string): string {
  return passphrase.normalize('NFKC');
}

function isBytes(value: unknown, length?: number): value is string {
  if (typeof value !== 'string') return false;
  try {
    const bytes = fromBase64(value);
    return length === undefined ? bytes.length > 0 : bytes.length === length;
  } catch {
    return false;
  }
}
