import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { concatBytes, decodeUtf8, encodeUtf8, formatMicros, hasCode } from '#base/core/index.ts';
import type { Clock, Random } from '#base/core/index.ts';
import { AeadKey, hkdfSha256, unwrapKey, wrapKey } from '#base/crypto/index.ts';
import type { Custody } from './custody.ts';
import { destroyFile, readIfThere, writeDurably } from './durable-file.ts';
import { KeysError } from './errors.ts';
import { makeRecoveryShares, readRecoveryShares } from './recovery-kit.ts';
import { ROOT_KEY_LENGTH, makeDemoRootFile, openRootFile, parseRootFile, sealRootFile } from './root-file.ts';
import type { RootFile, RootKey } from './root-file.ts';

/** How a new root key is guarded. */
export type RootGuard = { readonly passphrase: string } | { readonly demo: true };

/** Custody in files: the root key under a passphrase, secrets sealed under the root key. */
export interface FileCustody extends Custody {
  /**
   * The recovery kit: `count` lines to print, of which any `threshold` give the root key back.
   * To be shown once and kept apart from each other.
   */
  recoveryShares(threshold: number, count: number): readonly string[];
}

interface Sources {
  readonly clock: Clock;
  readonly random: Random;
}

const ROOT = 'root.json';
const SECRETS = 'secrets';
const SECRET_NAME = /^[a-z0-9-]{1,100}$/;
const SEALED_FORMAT = 1;
const HEADER = 2;

/**
 * Makes a root key in a folder that has none.
 *
 * @throws {KeysError} KEYS_ROOT_EXISTS, KEYS_PASSPHRASE_WEAK
 */
export async function createFileCustody(folder: string, guard: RootGuard, sources: Sources): Promise<FileCustody> {
  const { clock, random } = sources;
  const key = random.bytes(ROOT_KEY_LENGTH);
  const created = formatMicros(clock.now());
  const file =
    'demo' in guard ? makeDemoRootFile(key, created) : await sealRootFile(key, guard.passphrase, created, random);
  await mkdir(join(folder, SECRETS), { recursive: true, mode: 0o700 });
  try {
    await writeDurably(join(folder, ROOT), format(file), 'create');
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    throw new KeysError('KEYS_ROOT_EXISTS', 'Cannot make root key: the folder has one already', { cause: error });
  }
  return new FileCustodian(folder, { kind: file.kind, root: file.root, key }, random);
}

/**
 * Opens the root key of a folder.
 *
 * @param passphrase null where there is none to give, which does for a demo key
 * @throws {KeysError} KEYS_ROOT_MISSING, KEYS_ROOT_MALFORMED, KEYS_PASSPHRASE_NEEDED, KEYS_PASSPHRASE_WRONG
 */
export async function openFileCustody(folder: string, passphrase: string | null, random: Random): Promise<FileCustody> {
  const file = await readRoot(folder);
  if (file === null) {
    throw new KeysError('KEYS_ROOT_MISSING', 'Cannot open root key: the folder has none', {
      hint: 'Start a new platform with weir up, or restore the root key from the recovery kit',
    });
  }
  return new FileCustodian(folder, await openRootFile(file, passphrase), random);
}

/** How the root key of a folder is guarded, without opening it; null where there is none. */
export async function inspectFileCustody(folder: string): Promise<RootFile['kind'] | null> {
  return (await readRoot(folder))?.kind ?? null;
}

/**
 * Puts the root key back from the shares of its recovery kit, under a new passphrase, in place of the file if there is
 * one.
 *
 * @throws {KeysError} KEYS_SHARE_MALFORMED, KEYS_RECOVERY_FAILED, KEYS_PASSPHRASE_WEAK
 */
export async function restoreFileCustody(
  folder: string,
  shares: readonly string[],
  passphrase: string,
  sources: Sources,
): Promise<FileCustody> {
  const { clock, random } = sources;
  const { key, root } = readRecoveryShares(shares);
  const file = await sealRootFile(key, passphrase, formatMicros(clock.now()), random, root);
  await mkdir(join(folder, SECRETS), { recursive: true, mode: 0o700 });
  await writeDurably(join(folder, ROOT), format(file), 'replace');
  return new FileCustodian(folder, { kind: 'passphrase', root, key }, random);
}

async function readRoot(folder: string): Promise<RootFile | null> {
  const bytes = await readIfThere(join(folder, ROOT));
  if (bytes === null) return null;
  try {
    return parseRootFile(decodeUtf8(bytes));
  } catch (cause) {
    if (cause instanceof KeysError) throw cause;
    throw new KeysError('KEYS_ROOT_MALFORMED', 'Cannot read root key file: it is not text', { cause });
  }
}

function format(file: RootFile): Uint8Array {
  return encodeUtf8(`${JSON.stringify(file, null, 2)}\n`);
}

class FileCustodian implements FileCustody {
  readonly kind: RootFile['kind'];
  readonly loopbackOnly: boolean;
  readonly #folder: string;
  readonly #random: Random;
  #key: RootKey | null;

  constructor(folder: string, key: RootKey, random: Random) {
    this.kind = key.kind;
    this.loopbackOnly = key.kind === 'demo';
    this.#folder = folder;
    this.#key = key;
    this.#random = random;
  }

  async seal(purpose: string, material: Uint8Array): Promise<Uint8Array> {
    const { root } = this.#open();
    const header = Uint8Array.of(SEALED_FORMAT, root);
    return concatBytes([
      header,
      wrapKey(this.#derive(purpose), this.#context(header, purpose), material, this.#random),
    ]);
  }

  async open(purpose: string, sealed: Uint8Array): Promise<Uint8Array> {
    const { root } = this.#open();
    const header = sealed.subarray(0, HEADER);
    try {
      if (header[0] !== SEALED_FORMAT || header[1] !== root) throw new RangeError('unknown format or root generation');
      return unwrapKey(this.#derive(purpose), this.#context(header, purpose), sealed.subarray(HEADER));
    } catch (cause) {
      throw new KeysError('KEYS_CUSTODY_DAMAGED', `Cannot open ${purpose}: it was not sealed so under this root key`, {
        cause,
        hint: 'Restore the keys folder and the catalogue from one and the same backup',
      });
    }
  }

  async keep(name: string, secret: Uint8Array): Promise<void> {
    const path = this.#path(name);
    try {
      await writeDurably(path, await this.seal(`secret:${name}`, secret), 'create');
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      throw new KeysError('KEYS_NAME_TAKEN', `Cannot keep secret ${name}: there is one already`, { cause: error });
    }
  }

  async fetch(name: string): Promise<Uint8Array | null> {
    const sealed = await readIfThere(this.#path(name));
    return sealed === null ? null : this.open(`secret:${name}`, sealed);
  }

  async names(): Promise<readonly string[]> {
    const files = await readdir(join(this.#folder, SECRETS)).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    });
    return files
      .filter((file) => file.endsWith('.key'))
      .map((file) => file.slice(0, -4))
      .sort();
  }

  destroy(name: string): Promise<void> {
    return destroyFile(this.#path(name));
  }

  recoveryShares(threshold: number, count: number): readonly string[] {
    const { key, root } = this.#open();
    return makeRecoveryShares(key, root, threshold, count, this.#random);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#key?.key.fill(0);
    this.#key = null;
  }

  #open(): RootKey {
    if (this.#key === null) throw new KeysError('KEYS_CLOSED', 'Cannot use root key: custody was closed');
    return this.#key;
  }

  /** The root key seals nothing itself: each purpose has its own key, so no two share nonces. */
  #derive(purpose: string): AeadKey {
    if (purpose.length === 0 || purpose.length > 256) throw new RangeError('a purpose has 1 to 256 characters');
    return AeadKey.fromBytes(hkdfSha256(this.#open().key, `weir custody 1\n${purpose}`, 32));
  }

  #context(header: Uint8Array, purpose: string): Uint8Array {
    return concatBytes([header, encodeUtf8(purpose)]);
  }

  #path(name: string): string {
    if (!SECRET_NAME.test(name)) {
      throw new KeysError('KEYS_NAME_INVALID', `Cannot use secret: ${JSON.stringify(name.slice(0, 80))} is no name`);
    }
    return join(this.#folder, SECRETS, `${name}.key`);
  }
}
