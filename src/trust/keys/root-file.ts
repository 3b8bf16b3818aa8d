import { canonicalJson, encodeUtf8, fromBase64, toBase64 } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import {
  AeadKey,
  derivePassphraseKey,
  hkdfSha256,
  makePassphraseParameters,
  sha256Hex,
  unwrapKey,
  wrapKey,
} from '#base/crypto/index.ts';
import type { PassphraseParameters } from '#base/crypto/index.ts';
import { KeysError } from './errors.ts';

/** What `keys/root.json` holds where the root key is a file of this package; see `docs/formats/key-files.md`. */
export type RootFile = PassphraseRootFile | DemoRootFile;

interface RootHeader {
  readonly format: 'weir-root-key';
  /** 2 where there are older generations: a program that knows none must not write the file. */
  readonly version: 1 | 2;
  /** Generation of the root key. */
  readonly root: number;
  /** RFC 3339. */
  readonly created: string;
  /** Older generations that still open, each sealed under the newest, ascending; not in version 1. */
  readonly retired?: readonly RetiredRoot[];
}

/** An older generation of the root key in the file of the newest. */
export interface RetiredRoot {
  readonly root: number;
  readonly created: string;
  readonly sealed: string;
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

/** One generation of the root key: 32 bytes, and when it was made, RFC 3339. */
export interface RootKey {
  readonly root: number;
  readonly created: string;
  readonly key: Uint8Array;
}

/** What guards a root key: nothing for a demonstration, else what a passphrase gave. */
export type OpenGuard =
  | { readonly kind: 'demo' }
  | { readonly kind: 'passphrase'; readonly parameters: PassphraseParameters; readonly wrapping: AeadKey };

/** A root file that was opened. */
export interface OpenRoot {
  readonly guard: OpenGuard;
  /** Ascending; the last seals. */
  readonly keys: readonly RootKey[];
}

export const ROOT_KEY_LENGTH = 32;
export const MOST_ROOT_GENERATIONS = 255;
const SHORTEST_PASSPHRASE = 12;
const LONGEST_PASSPHRASE = 1_024;
/** Room for every generation there can be. */
const MOST_CHARACTERS = 65_536;
const NOTICE = 'Demonstration key, readable by anyone: never put real data behind it';

/**
 * What a passphrase guards with: a fresh salt and the key that it gives.
 *
 * @param passphrase 12 to 1,024 characters; compared after Unicode normalisation (NFKC)
 * @throws {KeysError} KEYS_PASSPHRASE_WEAK
 */
export async function makeGuard(passphrase: string, random: Random): Promise<OpenGuard> {
  const secret = normalise(passphrase);
  if (secret.length < SHORTEST_PASSPHRASE || secret.length > LONGEST_PASSPHRASE) {
    throw new KeysError('KEYS_PASSPHRASE_WEAK', 'Cannot use passphrase: it must have 12 to 1,024 characters', {
      hint: 'Take six or more random words',
    });
  }
  const parameters = makePassphraseParameters(random);
  const wrapping = AeadKey.fromBytes(await derivePassphraseKey(encodeUtf8(secret), parameters));
  return { kind: 'passphrase', parameters, wrapping };
}

/**
 * The file that holds these generations of a root key, the newest under its guard and the older ones under the newest.
 *
 * @param keys ascending, at least one
 */
export function makeRootFile(guard: OpenGuard, keys: readonly RootKey[], random: Random): RootFile {
  const newest = keys.at(-1);
  if (newest === undefined) throw new RangeError('a root file holds at least one key');
  const { root, created, key } = newest;
  const retired = keys.slice(0, -1).map((older) => sealRetired(newest, older, random));
  const more = retired.length === 0 ? {} : { retired };
  const header = { format: 'weir-root-key', version: retired.length === 0 ? 1 : 2, root, created } as const;
  if (guard.kind === 'demo') return { ...header, kind: 'demo', notice: NOTICE, key: toBase64(key), ...more };
  const { memoryKiB, passes, lanes, salt } = guard.parameters;
  const guarded = {
    ...header,
    kind: 'passphrase',
    argon2id: { memoryKiB, passes, lanes, salt: toBase64(salt) },
  } as const;
  const sealed = toBase64(wrapKey(guard.wrapping, encodeUtf8(canonicalJson(guarded)), key, random));
  return { ...guarded, sealed, ...more };
}

/**
 * The root key of a file, in all generations that it holds.
 *
 * @param passphrase null where there is none to give
 * @throws {KeysError} KEYS_PASSPHRASE_NEEDED, KEYS_PASSPHRASE_WRONG (also where the file was changed),
 *   KEYS_ROOT_MALFORMED where an older generation does not open
 */
export async function openRootFile(file: RootFile, passphrase: string | null): Promise<OpenRoot> {
  const { root, created } = file;
  if (file.kind === 'demo') {
    const newest = { root, created, key: fromBase64(file.key) };
    return { guard: { kind: 'demo' }, keys: [...openRetired(file, newest), newest] };
  }
  if (passphrase === null) {
    throw new KeysError('KEYS_PASSPHRASE_NEEDED', 'Cannot open root key: it is under a passphrase', {
      hint: 'Type it at the terminal, or name a file with --passphrase-file',
    });
  }
  const { sealed, retired: _retired, ...header } = file;
  let guard: OpenGuard;
  let newest: RootKey;
  try {
    const parameters = { ...file.argon2id, algorithm: 'argon2id' as const, salt: fromBase64(file.argon2id.salt) };
    const wrapping = AeadKey.fromBytes(await derivePassphraseKey(encodeUtf8(normalise(passphrase)), parameters));
    newest = { root, created, key: unwrapKey(wrapping, encodeUtf8(canonicalJson(header)), fromBase64(sealed)) };
    guard = { kind: 'passphrase', parameters, wrapping };
  } catch (cause) {
    throw new KeysError(
      'KEYS_PASSPHRASE_WRONG',
      'Cannot open root key: the passphrase is not the one it was sealed with',
      {
        cause,
        hint: 'Try again, or restore the root key from the recovery kit: npm run -s weir -- keys recover',
      },
    );
  }
  return { guard, keys: [...openRetired(file, newest), newest] };
}

/**
 * The older generations that a file holds under a key that came from elsewhere, such as a recovery kit.
 *
 * @throws {KeysError} KEYS_ROOT_MALFORMED if one does not open under it
 */
export function openRetired(file: RootFile, newest: RootKey): readonly RootKey[] {
  return (file.retired ?? []).map(({ root, created, sealed }) => {
    try {
      return {
        root,
        created,
        key: unwrapKey(retiring(newest, root), retiredContext({ root, created }), fromBase64(sealed)),
      };
    } catch (cause) {
      throw malformed(`generation ${root} does not open under generation ${newest.root}`, cause);
    }
  });
}

function sealRetired(newest: RootKey, { root, created, key }: RootKey, random: Random): RetiredRoot {
  return {
    root,
    created,
    sealed: toBase64(wrapKey(retiring(newest, root), retiredContext({ root, created }), key, random)),
  };
}

function retiring(newest: RootKey, root: number): AeadKey {
  return AeadKey.fromBytes(hkdfSha256(newest.key, `weir root\n${root}`, ROOT_KEY_LENGTH));
}

function retiredContext(header: { readonly root: number; readonly created: string }): Uint8Array {
  return encodeUtf8(canonicalJson({ format: 'weir-root-key', ...header }));
}

/**
 * Reads the text of a root file. Untrusted until its key opened: every member is checked for type and bound.
 *
 * @throws {KeysError} KEYS_ROOT_MALFORMED
 */
export function parseRootFile(text: string): RootFile {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text.slice(0, MOST_CHARACTERS)) as Record<string, unknown>;
  } catch (cause) {
    throw malformed('it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || value['format'] !== 'weir-root-key') throw malformed('it is none');
  const { version, kind, root, created, argon2id, sealed, key, notice } = value;
  if (version !== 1 && version !== 2) throw malformed('a later version of Weir wrote it');
  if (
    !Number.isInteger(root) ||
    Number(root) < 1 ||
    Number(root) > MOST_ROOT_GENERATIONS ||
    typeof created !== 'string'
  ) {
    throw malformed('a member is missing');
  }
  const header = { format: 'weir-root-key', version, root: Number(root), created } as const;
  const more = version === 1 ? {} : { retired: parseRetired(value['retired'], Number(root)) };
  if (kind === 'demo' && isBytes(key, ROOT_KEY_LENGTH) && typeof notice === 'string')
    return { ...header, kind, notice, key, ...more };
  const { memoryKiB, passes, lanes, salt } = (argon2id ?? {}) as Record<string, unknown>;
  const numbers = [memoryKiB, passes, lanes].every((n) => Number.isSafeInteger(n));
  if (kind !== 'passphrase' || !numbers || !isBytes(salt) || !isBytes(sealed)) throw malformed('a member is missing');
  return {
    ...header,
    kind,
    argon2id: { memoryKiB: Number(memoryKiB), passes: Number(passes), lanes: Number(lanes), salt },
    sealed,
    ...more,
  };
}

/** Older generations: ascending, below the newest. */
function parseRetired(value: unknown, newest: number): readonly RetiredRoot[] {
  if (!Array.isArray(value) || value.length === 0) throw malformed('a member is missing');
  let before = 0;
  return (value.slice(0, MOST_ROOT_GENERATIONS) as unknown[]).map((entry) => {
    const { root, created, sealed } = (entry ?? {}) as Record<string, unknown>;
    if (!Number.isInteger(root) || Number(root) <= before || Number(root) >= newest)
      throw malformed('its generations are out of order');
    if (typeof created !== 'string' || !isBytes(sealed)) throw malformed('a member is missing');
    before = Number(root);
    return { root: before, created, sealed };
  });
}

function malformed(state: string, cause?: unknown): KeysError {
  return new KeysError('KEYS_ROOT_MALFORMED', `Cannot read root key file: ${state}`, {
    cause,
    hint: 'Restore keys/root.json from a backup, or the root key from the recovery kit',
  });
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
