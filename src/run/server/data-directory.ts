import { chmod, lstat, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ServerError } from './errors.ts';

/** Where each part of the platform keeps its files; documented in `docs/formats/data-directory.md`. */
export interface DataDirectory {
  readonly root: string;
  readonly catalogue: string;
  readonly audit: string;
  readonly keys: string;
  readonly identity: string;
  readonly journal: string;
  readonly quarantine: string;
  /** What is held of windows that are open, where streams are aggregated at the door. */
  readonly windows: string;
  readonly objects: string;
  /** How other places for segments are reached, and whose they are. */
  readonly places: string;
  /** Copies of archived segments, sealed as they are, while statements read them. */
  readonly copies: string;
  /** What the watch knows, sealed. */
  readonly watch: string;
  readonly operator: string;
  /** Files with fields for the collector of traces. */
  readonly traces: string;
  /** Files with what messages to webhooks are signed with. */
  readonly webhooks: string;
  /** Sealed blocks of readings that are in no segment yet, while a platform runs. */
  readonly tail: string;
  readonly run: string;
  /** The signed evidence of the last run of controls. */
  readonly evidence: string;
  /** There while a restore is not finished: what it restores. */
  readonly restoring: string;
  /** There from a restore until the next start: what that has to see to. */
  readonly restored: string;
  readonly controlSocket: string;
  readonly address: string;
}

/** The layout of a data directory, without touching it. The log may be put on another volume. */
export function layoutOf(root: string, auditDirectory?: string): DataDirectory {
  const at = (...parts: string[]) => join(resolve(root), ...parts);
  return {
    root: at(),
    catalogue: at('catalogue.db'),
    audit: auditDirectory === undefined ? at('audit') : resolve(auditDirectory),
    keys: at('keys'),
    identity: at('identity'),
    journal: at('journal'),
    quarantine: at('quarantine'),
    windows: at('windows'),
    objects: at('objects'),
    places: at('places'),
    copies: at('copies'),
    watch: at('watch'),
    operator: at('operator'),
    traces: at('traces'),
    webhooks: at('webhooks'),
    tail: at('tail'),
    run: at('run'),
    evidence: at('evidence.json'),
    restoring: at('restoring.json'),
    restored: at('restored.json'),
    controlSocket: at('run', 'control.sock'),
    address: at('run', 'address.json'),
  };
}

/**
 * Makes the folders that are missing, readable by their owner alone, and takes everybody else's rights from those that
 * were there.
 *
 * @throws {ServerError} SERVER_DIRECTORY_UNSAFE if one of them, or a link in its place, belongs to somebody else, or is
 *   there for everybody, such as `/tmp`
 */
export async function makeDirectories(layout: DataDirectory): Promise<void> {
  const { root, audit, keys, identity, journal, quarantine, windows, objects, places, copies, watch } = layout;
  const { operator, traces, webhooks, tail, run } = layout;
  for (const folder of [
    root,
    audit,
    keys,
    identity,
    journal,
    quarantine,
    windows,
    objects,
    places,
    copies,
    watch,
    operator,
    traces,
    webhooks,
    tail,
    run,
  ]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await closeToOthers(folder);
  }
}

/** Set on folders in which everybody makes files. @see inode(7) */
const STICKY = 0o1000;

async function closeToOthers(folder: string): Promise<void> {
  const [entry, target] = [await lstat(folder), await stat(folder)];
  const own = process.getuid?.() ?? entry.uid;
  const shared = (target.mode & STICKY) !== 0;
  if (entry.uid !== own || target.uid !== own || shared) {
    throw new ServerError('SERVER_DIRECTORY_UNSAFE', `Cannot use ${folder}: it is not this user's alone`, {
      hint: 'Choose a directory of your own with --data, or give this one to the user that runs the platform',
    });
  }
  if ((target.mode & 0o077) !== 0) await chmod(folder, 0o700);
}

/**
 * Takes a data directory for this process alone, until the result is disposed of.
 *
 * A lock left by a process that has ended is taken over: its holder is told apart from a later process with the same
 * id by the time it started.
 * @throws {ServerError} SERVER_DIRECTORY_IN_USE if a running platform holds it
 */
export async function lockDirectory(layout: DataDirectory): Promise<AsyncDisposable> {
  const path = join(layout.root, 'weir.lock');
  const holder = JSON.stringify({ pid: process.pid, started: await startOf(process.pid) });
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(holder);
      await file.close();
      return { [Symbol.asyncDispose]: () => unlink(path).catch(() => {}) };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3) throw cause;
      const live = await liveHolder(path);
      if (live !== null) {
        throw new ServerError(
          'SERVER_DIRECTORY_IN_USE',
          `Cannot use ${layout.root}: process ${live} is at work on it`,
          {
            hint: `Stop it first, or choose another directory with --data`,
            cause,
          },
        );
      }
      await unlink(path).catch(() => {});
    }
  }
}

/**
 * @throws {ServerError} SERVER_RESTORE_UNFINISHED where a restore into this directory was cut off: what is there is a part
 */
export async function requireRestored(layout: DataDirectory): Promise<void> {
  const found = await stat(layout.restoring).catch(() => null);
  if (found === null) return;
  throw new ServerError('SERVER_RESTORE_UNFINISHED', `Cannot use ${layout.root}: a restore into it was cut off`, {
    hint: 'Restore again, by the same words: it begins anew there',
  });
}

async function liveHolder(path: string): Promise<number | null> {
  // A lock that was made a moment ago may not be written yet: an empty one counts as held while it is young.
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text === '') {
    const made = await stat(path).catch(() => null);
    return made !== null && Date.now() - made.mtimeMs < 2_000 ? -1 : null;
  }
  try {
    const { pid, started } = JSON.parse(text) as { pid: number; started: string };
    return (await startOf(pid)) === started && started !== '' ? pid : null;
  } catch {
    return null;
  }
}

/** When a process started, in the kernel's ticks since boot, with the boot's id; empty where there is no such process. */
async function startOf(pid: number): Promise<string> {
  try {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    return `${boot.trim()}:${fields[19] ?? ''}`;
  } catch {
    // No /proc (macOS): a process that can be signalled is taken for the holder.
    try {
      process.kill(pid, 0);
      return `pid:${pid}`;
    } catch {
      return '';
    }
  }
}
