import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, formatMicros, systemClock, toHex } from '#base/core/index.ts';
import type { Clock, Random } from '#base/core/index.ts';
import type { Custody } from './custody.ts';
import { formatPlace, FROM_FILE, inspectCustody } from './custody-place.ts';
import type { CustodyPlace } from './custody-place.ts';
import { destroyFile, readIfThere, writeDurably } from './durable-file.ts';
import { KeysError } from './errors.ts';
import { formatRoot, openFileCustody, prepareFileCustody, ROOT_FILE, SECRETS_FOLDER } from './file-custody.ts';
import type { FileCustody } from './file-custody.ts';
import { FolderCustody } from './folder-custody.ts';
import type { RootHolder } from './folder-custody.ts';
import { MovingRoot } from './moving-root.ts';
import { createPkcs11Root, openPkcs11Root } from './pkcs11-root.ts';
import { createTransitRoot, openTransitRoot } from './transit-root.ts';

/** What opens a custody; asked for when it is needed, and kept nowhere. */
export interface CustodySecrets {
  passphrase(): Promise<string>;
  /** PIN of a token's user. */
  pin(): Promise<string>;
  /** Token of a transit server. */
  token(): Promise<string>;
}

interface Sources {
  readonly clock: Clock;
  readonly random: Random;
}

/** Where a root key is moved to: to a new passphrase, or to a place whose key gets a name of its own. */
export type MoveTarget =
  | { readonly kind: 'passphrase' }
  | Omit<Extract<CustodyPlace, { kind: 'pkcs11' }>, 'key'>
  | Omit<Extract<CustodyPlace, { kind: 'transit' }>, 'key'>;

/**
 * Opens the root key of a folder, wherever it is.
 *
 * @throws {KeysError} KEYS_ROOT_MISSING, KEYS_ROOT_MALFORMED, KEYS_MOVE_UNFINISHED, and what opening it there throws
 */
export async function openCustody(
  folder: string,
  secrets: CustodySecrets,
  random: Random,
  clock: Clock = systemClock,
): Promise<Custody> {
  if (await isMoving(folder)) {
    throw new KeysError('KEYS_MOVE_UNFINISHED', 'Cannot open root key: it is being moved, and that was cut off', {
      hint: 'Finish it: npm run -s weir -- keys move, with the words of before',
    });
  }
  return openAt(folder, ROOT_FILE, secrets, { clock, random });
}

/**
 * Makes a root key that is not in the folder, for a platform that has none.
 *
 * @throws {KeysError} KEYS_ROOT_EXISTS, and what making it there throws
 */
export async function createPlacedCustody(
  folder: string,
  target: Exclude<MoveTarget, { kind: 'passphrase' }>,
  secrets: CustodySecrets,
  { clock, random }: Sources,
): Promise<Custody> {
  if ((await inspectCustody(folder)) !== null) {
    throw new KeysError('KEYS_ROOT_EXISTS', 'Cannot make root key: the folder has one already');
  }
  await mkdir(join(folder, SECRETS_FOLDER), { recursive: true, mode: 0o700 });
  const place = nameKey(target, random);
  const root = await createAt(place, secrets, random);
  await writeDurably(join(folder, ROOT_FILE), formatPlace(place, formatMicros(clock.now())), 'create');
  return new FolderCustody(root, join(folder, SECRETS_FOLDER));
}

/** A root key on its way: seals in the new place, opens what either sealed. */
export interface MovingCustody extends Custody {
  /** The new custody where it has a recovery kit of its own. */
  readonly target: FileCustody | null;
  /** Ends the move: the old root key's file is overwritten. Only when nothing needs it any more. */
  finish(): Promise<void>;
}

/**
 * Begins to move the root key, or goes on with a move that was cut off. Both keys are durable, and named by files, before
 * anything is sealed anew.
 *
 * @throws {KeysError} KEYS_ROOT_MISSING, KEYS_PASSPHRASE_WEAK, and what opening or making either throws
 */
export async function beginMove(
  folder: string,
  target: MoveTarget,
  from: CustodySecrets,
  to: CustodySecrets,
  sources: Sources,
): Promise<MovingCustody> {
  if (!(await isMoving(folder))) await prepareMove(folder, target, from, to, sources);
  await using opened = new AsyncDisposableStack();
  const old = opened.use(await openAt(folder, FROM_FILE, from, sources));
  const fresh = opened.use(await openAt(folder, ROOT_FILE, to, sources));
  const secrets = join(folder, SECRETS_FOLDER);
  opened.move();
  const moving = new FolderCustody(new MovingRoot(old, fresh), secrets);
  return Object.assign(moving, {
    target: 'recoveryShares' in fresh ? (fresh as FileCustody) : null,
    finish: () => destroyFile(join(folder, FROM_FILE)),
  });
}

/** The new key, then a copy of the old root file, then the new root file: each step leaves a folder that opens. */
async function prepareMove(
  folder: string,
  target: MoveTarget,
  from: CustodySecrets,
  to: CustodySecrets,
  sources: Sources,
): Promise<void> {
  const { clock, random } = sources;
  const before = await readIfThere(join(folder, ROOT_FILE));
  if (before === null) {
    throw new KeysError('KEYS_ROOT_MISSING', 'Cannot move root key: the folder has none', {
      hint: 'Name its data directory with --data',
    });
  }
  // Whoever cannot open the old key must not begin.
  await (await openAt(folder, ROOT_FILE, from, sources))[Symbol.asyncDispose]();
  const after = await makeTarget(folder, target, to, sources, clock, random);
  await writeDurably(join(folder, FROM_FILE), before, 'replace');
  await writeDurably(join(folder, ROOT_FILE), after, 'replace');
}

async function makeTarget(
  folder: string,
  target: MoveTarget,
  to: CustodySecrets,
  sources: Sources,
  clock: Clock,
  random: Random,
): Promise<Uint8Array> {
  if (target.kind === 'passphrase') {
    const was = await inspectCustody(folder);
    // Sealed bytes of a file custody tell generations apart and not keys: within one kind that is a rotation.
    if (was?.kind === 'passphrase' || was?.kind === 'demo') {
      throw new KeysError('KEYS_ROOT_EXISTS', 'Cannot move root key: it is in a file already', {
        hint: 'Rotate it with weir keys rotate root; give it another passphrase with weir keys recover',
      });
    }
    await using custody = await prepareFileCustody(folder, { passphrase: await to.passphrase() }, 1, sources);
    return formatRoot(custody.rootFile());
  }
  const was = await inspectCustody(folder);
  if (was?.kind === target.kind) {
    throw new KeysError('KEYS_ROOT_EXISTS', `Cannot move root key: it is in custody ${target.kind} already`, {
      hint: 'Rotate it with weir keys rotate root, or move it to a passphrase first',
    });
  }
  const place = nameKey(target, random);
  await (await createAt(place, to, random))[Symbol.asyncDispose]();
  return formatPlace(place, formatMicros(clock.now()));
}

function nameKey(target: Exclude<MoveTarget, { kind: 'passphrase' }>, random: Random): CustodyPlace {
  return { ...target, key: `weir-root-${toHex(random.bytes(4))}` };
}

/** A move is under way where the file of before is there and another than the one in force. */
async function isMoving(folder: string): Promise<boolean> {
  const from = await readIfThere(join(folder, FROM_FILE));
  if (from === null) return false;
  const now = await readIfThere(join(folder, ROOT_FILE));
  return now === null || !equalBytes(from, now);
}

async function openAt(folder: string, file: string, secrets: CustodySecrets, sources: Sources): Promise<Custody> {
  const { clock, random } = sources;
  const place = await inspectCustody(folder, file);
  if (place?.kind !== 'pkcs11' && place?.kind !== 'transit') {
    const passphrase = place?.kind === 'passphrase' ? await secrets.passphrase() : null;
    return openFileCustody(folder, passphrase, random, clock, file);
  }
  const root = await openRootAt(place, secrets, random);
  return new FolderCustody(root, join(folder, SECRETS_FOLDER));
}

async function openRootAt(place: CustodyPlace, secrets: CustodySecrets, random: Random): Promise<RootHolder> {
  return place.kind === 'pkcs11'
    ? openPkcs11Root(place, await secrets.pin(), random)
    : openTransitRoot(place, await secrets.token());
}

async function createAt(place: CustodyPlace, secrets: CustodySecrets, random: Random): Promise<RootHolder> {
  return place.kind === 'pkcs11'
    ? createPkcs11Root(place, await secrets.pin(), random)
    : createTransitRoot(place, await secrets.token());
}
