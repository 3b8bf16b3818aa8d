import path from 'node:path';

import { roomOf } from './check-layers.ts';
import { importsByFile, packageOf } from './imports.ts';
import { ROOMS } from './layers.ts';
import { tableRows } from './markdown.ts';
import { conclude, PROJECT_ROOT, readProject } from './project.ts';
import type { Problem, Project } from './project.ts';

export const REGISTER = 'docs/dependencies.md';

/** Licences that ask for no more than a notice. */
const LICENCES = [
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Unlicense',
  'BlueOak-1.0.0',
  'CC0-1.0',
];

/** The parts of `package.json` that matter here. */
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

/** The parts of `package-lock.json` that matter here. */
interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage extends Manifest {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

/**
 * Finds packages that are not in the register, stale lines of it, versions that are not exact or differ,
 * imports by those who may not, packages that nobody imports, and entries of the lock that pin nothing.
 */
export function dependencyProblems(project: Project): Problem[] {
  const manifest = JSON.parse(project.get('package.json') ?? '{}') as Manifest;
  const lock = JSON.parse(project.get('package-lock.json') ?? '{"packages":{}}') as Lock;
  return [
    ...registerProblems(project, manifest),
    ...importProblems(project, manifest),
    ...lockProblems(manifest, lock),
  ];
}

function* registerProblems(project: Project, manifest: Manifest): Generator<Problem> {
  const declared = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  const rows = registerRows(project);
  for (const [name, version] of Object.entries(declared)) {
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) yield `package.json: ${name} has no exact version`;
    const row = rows.get(name);
    if (row === undefined) yield `${REGISTER}: has no line for ${name}`;
    else if (row.version !== version)
      yield `${REGISTER}: ${name} is ${row.version} there and ${version} in package.json`;
  }
  for (const [name, row] of rows) {
    if (!Object.hasOwn(declared, name)) yield `${REGISTER}: ${name} is not in package.json`;
    if (row.incomplete) yield `${REGISTER}: ${name} lacks what for, why or who`;
    for (const who of row.importers) {
      if (!['tests', 'tools', 'bench', ...ROOMS].includes(who)) yield `${REGISTER}: ${name}: ${who} is no room`;
    }
  }
}

function* importProblems(project: Project, manifest: Manifest): Generator<Problem> {
  const rows = registerRows(project);
  const declared = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  const used = new Set<string>();
  for (const [file, imports] of importsByFile(project)) {
    for (const { specifier, line } of imports) {
      const name = packageOf(specifier);
      if (name === undefined) continue;
      used.add(name);
      const who = importerNames(file);
      const allowed = rows.get(name)?.importers ?? [];
      if (!Object.hasOwn(declared, name)) yield `${file}:${line}: imports ${name}, which is not a dependency`;
      else if (rows.has(name) && !who.some((one) => allowed.includes(one)))
        yield `${file}:${line}: ${name} is not for ${who.join(', ')} (${REGISTER})`;
      else if (
        !who.includes('tests') &&
        file.startsWith('src/') &&
        Object.hasOwn(manifest.devDependencies ?? {}, name)
      ) {
        yield `${file}:${line}: imports ${name}, which is not there at run time`;
      }
    }
  }
  for (const [name, { importers }] of rows) {
    if (importers.length > 0 && !used.has(name)) yield `${REGISTER}: nobody imports ${name}`;
  }
}

/** The names under which the register may allow a file. */
function importerNames(file: string): string[] {
  const isTest = file.startsWith('test/') || file.endsWith('.test.ts');
  const place = roomOf(file) ?? file.split('/')[0] ?? '';
  return [...(place === 'test' ? [] : [place]), ...(isTest ? ['tests'] : [])];
}

function* lockProblems(manifest: Manifest, lock: Lock): Generator<Problem> {
  const root = lock.packages[''] ?? {};
  for (const kind of ['devDependencies', 'optionalDependencies'] as const) {
    if (JSON.stringify(sorted(root[kind])) !== JSON.stringify(sorted(manifest[kind]))) {
      yield `package-lock.json: ${kind} differ from package.json: npm install`;
    }
  }
  for (const [place, one] of Object.entries(lock.packages)) {
    const name = place.split('node_modules/').at(-1) ?? '';
    if (place === '') continue;
    if (one.resolved !== undefined) yield `package-lock.json: ${name} names the registry that it came from`;
    // A build for another platform that the registry does not list has only a stub: it can never be installed.
    if (one.integrity === undefined && one.optional !== true) yield `package-lock.json: ${name} has no integrity hash`;
    if (one.integrity !== undefined && !LICENCES.includes(one.license ?? ''))
      yield `package-lock.json: ${name} has licence ${one.license}`;
    if (one.hasInstallScript === true && manifest.allowScripts?.[name] === undefined) {
      yield `package.json: allowScripts says nothing of ${name}, which has an install script`;
    }
  }
}

function sorted(record: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

interface RegisterRow {
  readonly version: string;
  readonly importers: readonly string[];
  readonly incomplete: boolean;
}

function registerRows(project: Project): Map<string, RegisterRow> {
  const rows = tableRows(project.get(REGISTER) ?? '', [
    'package',
    'version',
    'what for',
    'why this one',
    'imported by',
  ]);
  return new Map(
    rows.map(([name = '', version = '', ...rest]) => {
      const importers = [...(rest[2] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
      const incomplete = rest.length < 3 || rest.includes('') || (importers.length === 0 && rest[2] !== 'nothing');
      return [name.replaceAll('`', ''), { version, importers, incomplete }];
    }),
  );
}

if (import.meta.main)
  conclude(path.basename(import.meta.filename, '.ts'), dependencyProblems(readProject(PROJECT_ROOT)));
