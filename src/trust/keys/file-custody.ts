import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { concatBytes, decodeUtf8, encodeUtf8, formatMicros, hasCode, systemClock } from '#base/core/index.ts';
import type { Clock, Random } from '#base/core/index.ts';
import { AeadKey, hkdfSha256, unwrapKey, wrapKey } from '#base/crypto/index.ts';
import type { Custody } from './custody.ts';
import { readIfThere, writeDurably } from './durable-file.ts';
import { KeysError } from './errors.ts';
import { FolderCustody } from './folder-custody.ts';
import type { RootHolder } from './folder-custody.ts';
import { makeRecoveryShares, readRecoveryShares } from './recovery-kit.ts';
import {
  MOST_ROOT_GENERATIONS,
  ROOT_KEY_LENGTH,
  makeGuard,
  makeRootFile,
  openRetired,
  openRootFile,
  parseRootFile,
} from './root-file.ts';
import type { OpenRoot, RootFile, RootKey } from './root-file.ts';

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

export const ROOT_FILE = 'root.json';
export const SECRETS_FOLDER = 'secrets';
const SEALED_FORMAT = 1;
const HEADER = 2;

/**
 * Makes a root key in a folder that has none.
 *
 * @throws {KeysError} KEYS_ROOT_EXISTS, KEYS_PASSPHRASE_WEAK
 */
export async function createFileCustody(folder: string, guard: RootGuard, sources: Sources): Promise<FileCustody> {
  const custody = await prepareFileCustody(folder, guard, 1, sources);
  await mkdir(join(folder, SECRETS_FOLDER), { recursive: true, mode: 0o700 });
  try {
    await writeDurably(join(folder, ROOT_FILE), formatRoot(custody.rootFile()), 'create');
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    throw new KeysError('KEYS_ROOT_EXISTS', 'Cannot make root key: the folder has one already', { cause: error });
  }
  return custody;
}

/**
 * A new root key that no file has yet.
 *
 * @param root its generation
 * @throws {KeysError} KEYS_PASSPHRASE_WEAK
 */
export async function prepareFileCustody(
  folder: string,
  guard: RootGuard,
  root: number,
  { clock, random }: Sources,
): Promise<FileCustody & { rootFile(): RootFile }> {
  const key = { root, created: formatMicros(clock.now()), key: random.bytes(ROOT_KEY_LENGTH) };
  const open = 'demo' in guard ? ({ kind: 'demo' } as const) : await makeGuard(guard.passphrase, random);
  return new FileCustodian(folder, { guard: open, keys: [key] }, { clock, random });
}

/**
 * Opens the root key of a folder.
 *
 * @param passphrase null where there is none to give, which does for a demo key
 * @param clock tells later generations when they were made
 * @param name of the root file
 * @throws {KeysError} KEYS_ROOT_MISSING, KEYS_ROOT_MALFORMED, KEYS_PASSPHRASE_NEEDED, KEYS_PASSPHRASE_WRONG
 */
export async function openFileCustody(
  folder: string,
  passphrase: string | null,
  random: Random,
  clock: Clock = systemClock,
  name: string = ROOT_FILE,
): Promise<FileCustody> {
  const file = await readRoot(folder, name);
  if (file === null) {
    throw new KeysError('KEYS_ROOT_MISSING', 'Cannot open root key: the folder has none', {
      hint: 'Start a new platform with weir up, or restore the root key from the recovery kit',
    });
  }
  return new FileCustodian(folder, await openRootFile(file, passphrase), { clock, random });
}

/** How the root key of a folder is guarded, without opening it; null where there is none. */
export async function inspectFileCustody(folder: string): Promise<RootFile['kind'] | null> {
  return (await readRoot(folder))?.kind ?? null;
}

/**
 * Puts the root key back from the shares of its recovery kit, under a new passphrase. A file that is there is replaced,
 * once it is sure that the kit is its kit: the key has to open what the folder keeps.
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
  const newest: RootKey = { root, created: formatMicros(clock.now()), key };
  const guard = await makeGuard(passphrase, random);
  const keys = [...(await olderGenerations(folder, newest)), newest];
  const custody = new FileCustodian(folder, { guard, keys }, sources);
  await requireOwnKit(custody, root);
  await mkdir(join(folder, SECRETS_FOLDER), { recursive: true, mode: 0o700 });
  await writeDurably(join(folder, ROOT_FILE), formatRoot(custody.rootFile()), 'replace');
  return custody;
}

/** What the file that is there holds under the key of the kit; nothing where it is missing or damaged. */
async function olderGenerations(folder: string, newest: RootKey): Promise<readonly RootKey[]> {
  const file = await readRoot(folder).catch(() => null);
  if (file === null) return [];
  if (file.root !== newest.root) {
    throw new KeysError(
      'KEYS_RECOVERY_FAILED',
      `Cannot restore root key: the kit is of generation ${newest.root}, the folder has generation ${file.root}`,
      { hint: 'Take the kit that was made after the last rotation, or the backup that belongs to this kit' },
    );
  }
  return openRetired(file, newest);
}

async function requireOwnKit(custody: FileCustodian, root: number): Promise<void> {
  for (const name of await custody.names()) {
    try {
      (await custody.fetch(name))?.fill(0);
    } catch (cause) {
      throw new KeysError(
        'KEYS_RECOVERY_FAILED',
        `Cannot restore root key: generation ${root} of this kit does not open what the folder keeps`,
        { cause, hint: 'Take the kit of this platform, made after the last rotation of its root key' },
      );
    }
  }
}

async function readRoot(folder: string, name: string = ROOT_FILE): Promise<RootFile | null> {
  const bytes = await readIfThere(join(folder, name));
  if (bytes === null) return null;
  try {
    return parseRootFile(decodeUtf8(bytes));
  } catch (cause) {
    if (cause instanceof KeysError) throw cause;
    throw new KeysError('KEYS_ROOT_MALFORMED', 'Cannot read root key file: it is not text', { cause });
  }
}

/** The bytes of a root file. */
export function formatRoot(file: object): Uint8Array {
  return encodeUtf8(`${JSON.stringify(file, null, 2)}\n`);
}

class FileCustodian extends FolderCustody implements FileCustody {
  readonly #root: FileRoot;

  constructor(folder: string, opened: OpenRoot, sources: Sources) {
    const root = new FileRoot(folder, opened, sources);
    super(root, join(folder, SECRETS_FOLDER));
    this.#root = root;
  }

  recoveryShares(threshold: number, count: number): readonly string[] {
    return this.#root.recoveryShares(threshold, count);
  }

  rootFile(): RootFile {
    return this.#root.rootFile();
  }
}

/** The root key in memory, and its file. */
class FileRoot implements RootHolder {
  readonly kind: 'passphrase' | 'demo';
  readonly loopbackOnly: boolean;
  readonly #folder: string;
  readonly #sources: Sources;
  #opened: OpenRoot | null;

  constructor(folder: string, opened: OpenRoot, sources: Sources) {
    this.kind = opened.guard.kind;
    this.loopbackOnly = opened.guard.kind === 'demo';
    this.#folder = folder;
    this.#opened = opened;
    this.#sources = sources;
  }

  get generations(): readonly number[] {
    return this.#open().keys.map(({ root }) => root);
  }

  async seal(purpose: string, material: Uint8Array): Promise<Uint8Array> {
    const newest = this.#newest();
    const header = Uint8Array.of(SEALED_FORMAT, newest.root);
    const wrap = wrapKey(derive(newest, purpose), contextOf(header, purpose), material, this.#sources.random);
    return concatBytes([header, wrap]);
  }

  async open(purpose: string, sealed: Uint8Array): Promise<Uint8Array> {
    const generation = this.generationOf(sealed);
    const key = this.#open().keys.find(({ root }) => root === generation);
    const header = sealed.subarray(0, HEADER);
    try {
      if (key === undefined) throw new RangeError('unknown format or root generation');
      return unwrapKey(derive(key, purpose), contextOf(header, purpose), sealed.subarray(HEADER));
    } catch (cause) {
      throw new KeysError('KEYS_CUSTODY_DAMAGED', `Cannot open ${purpose}: it was not sealed so under this root key`, {
        cause,
        hint: 'Restore the keys folder and the catalogue from one and the same backup',
      });
    }
  }

  generationOf(sealed: Uint8Array): number {
    return sealed.length >= HEADER && sealed[0] === SEALED_FORMAT ? (sealed[1] ?? 0) : 0;
  }

  async rotate(): Promise<number> {
    const { guard, keys } = this.#open();
    const root = this.#newest().root + 1;
    if (root > MOST_ROOT_GENERATIONS) {
      throw new KeysError('KEYS_VERSIONS_SPENT', 'Cannot rotate root key: it has had 255 generations', {
        hint: 'Move the root key with weir keys move, which begins to count anew',
      });
    }
    const { clock, random } = this.#sources;
    const fresh = { root, created: formatMicros(clock.now()), key: random.bytes(ROOT_KEY_LENGTH) };
    await this.#replace({ guard, keys: [...keys, fresh] });
    return root;
  }

  async destroyGeneration(generation: number): Promise<void> {
    const { guard, keys } = this.#open();
    if (generation === this.#newest().root) throw activeGeneration(generation);
    const doomed = keys.find(({ root }) => root === generation);
    if (doomed === undefined) return;
    await this.#replace({ guard, keys: keys.filter((key) => key !== doomed) });
    doomed.key.fill(0);
  }

  recoveryShares(threshold: number, count: number): readonly string[] {
    const { key, root } = this.#newest();
    return makeRecoveryShares(key, root, threshold, count, this.#sources.random);
  }

  rootFile(): RootFile {
    const { guard, keys } = this.#open();
    return makeRootFile(guard, keys, this.#sources.random);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { key } of this.#opened?.keys ?? []) key.fill(0);
    this.#opened = null;
  }

  /** Durable before it counts; the old file is left to the file system, since the new one replaces it whole. */
  async #replace(next: OpenRoot): Promise<void> {
    const file = makeRootFile(next.guard, next.keys, this.#sources.random);
    await writeDurably(join(this.#folder, ROOT_FILE), formatRoot(file), 'replace');
    this.#opened = next;
  }

  #newest(): RootKey {
    const newest = this.#open().keys.at(-1);
    if (newest === undefined) throw new RangeError('a root key has a generation');
    return newest;
  }

  #open(): OpenRoot {
    if (this.#opened === null) throw new KeysError('KEYS_CLOSED', 'Cannot use root key: custody was closed');
    return this.#opened;
  }
}

/** Thrown where the generation that seals was to be destroyed. */
export function activeGeneration(generation: number): KeysError {
  return new KeysError('KEYS_VERSION_ACTIVE', `Cannot destroy generation ${generation} of the root key: it seals`, {
    hint: 'Rotate the root key first',
  });
}

/** The root key seals nothing itself: each purpose has its own key, so no two share nonces. */
function derive({ key }: RootKey, purpose: string): AeadKey {
  requirePurpose(purpose);
  return AeadKey.fromBytes(hkdfSha256(key, `weir custody 1\n${purpose}`, 32));
}

/** @throws {RangeError} unless a purpose has 1 to 256 characters */
export function requirePurpose(purpose: string): void {
  if (purpose.length === 0 || purpose.length > 256) throw new RangeError('a purpose has 1 to 256 characters');
}

function contextOf(header: Uint8Array, purpose: string): Uint8Array {
  return concatBytes([header, encodeUtf8(purpose)]);
}
