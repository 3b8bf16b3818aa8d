import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { PROJECT_ROOT } from './project.ts';

/** An entry of a lock file of version 3, as far as it matters here. */
export interface LockEntry {
  version?: string;
  integrity?: string;
  link?: boolean;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

/** The entries of a lock file by their folder. */
export type LockEntries = Record<string, LockEntry>;

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * Adds an entry for each optional build that the lock's packages name and the lock does not have.
 *
 * Where a registry lacks the builds for other platforms, `npm install` leaves them out of the lock and `npm ci`
 * then refuses that lock. An entry with version, system and processor satisfies it, is skipped on every other
 * platform, and lets the build be installed on its own platform from a registry that does list it.
 * Entries added before are formed anew, so that they follow their parents' versions.
 *
 * @returns the entries sorted by folder as npm does; the argument is left as it is
 */
export function stubEntries(entries: LockEntries): LockEntries {
  const kept = Object.entries(entries).filter(([folder, entry]) => folder === '' || !isStub(entry));
  const result = new Map(kept);
  for (const [parent, entry] of kept) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const folder = `node_modules/${name}`;
      const nested = `${parent}/${folder}`;
      if (result.has(nested) || result.has(folder)) continue;
      const platform = platformOf(name);
      // What is optional for another reason than its platform has to be resolved by npm itself.
      if (platform === undefined) continue;
      // In the order in which npm writes them, so that the next installation changes nothing.
      result.set(folder, {
        version,
        ...(platform.cpu !== undefined && { cpu: platform.cpu }),
        ...(entry.dev === true && { dev: true }),
        ...(entry.devOptional === true && { devOptional: true }),
        ...(platform.libc !== undefined && { libc: platform.libc }),
        optional: true,
        ...(platform.os !== undefined && { os: platform.os }),
      });
    }
  }
  return Object.fromEntries([...result].toSorted(([a], [b]) => a.localeCompare(b, 'en')));
}

function isStub(entry: LockEntry): boolean {
  return entry.optional === true && entry.integrity === undefined && entry.link !== true;
}

/** Reads system, processor and C library from the name of a build, such as `@oxlint/binding-linux-arm64-musl`. */
export function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> | undefined {
  const words = name.split(/[-/]/);
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  if (os === undefined || cpu === undefined) return undefined;
  const last = words.at(-1) ?? '';
  const libc = last.startsWith('musl') ? ['musl'] : last.startsWith('gnu') ? ['glibc'] : undefined;
  return { os: [os], cpu: [cpu], ...(libc !== undefined && { libc }) };
}

if (import.meta.main) {
  const file = path.join(PROJECT_ROOT, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: LockEntries };
  const before = Object.keys(lock.packages).length;
  lock.packages = stubEntries(lock.packages);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${Object.keys(lock.packages).length - before} builds for other platforms added`);
}
