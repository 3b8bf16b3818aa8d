import { isBuiltin } from 'node:module';
import path from 'node:path';

import { importsByFile, packageOf, resolveImport } from './imports.ts';
import type { Import } from './imports.ts';
import { GUARDED_BUILTINS, ROOMS, STRANGERS } from './layers.ts';
import { conclude, PROJECT_ROOT, readProject } from './project.ts';
import type { Problem, Project } from './project.ts';

/** Tests, and what several tests of a folder set up: neither is part of the product. */
const TESTING = /(\.test|(^|\/)testing)\.ts$/;

/** The room of a source file such as `flow/store`, and undefined for a file outside every known room. */
export function roomOf(file: string): string | undefined {
  const [top, wing, room, ...rest] = file.split('/');
  const name = `${wing}/${room}`;
  return top === 'src' && rest.length > 0 && ROOMS.includes(name) ? name : undefined;
}

/**
 * Finds imports that break the order of the rooms, go past a door, leave out the extension, name nothing,
 * or reach a built-in module that is not for everyone; and every cycle of files. Type imports count.
 */
export function layerProblems(project: Project): Problem[] {
  const imports = importsByFile(project);
  const problems: Problem[] = [];
  for (const [file, list] of imports) {
    if (file.startsWith('src/') && roomOf(file) === undefined)
      problems.push(`${file}: is in no room of tools/layers.ts`);
    for (const one of list) {
      for (const problem of importProblems(file, one, project)) problems.push(`${file}:${one.line}: ${problem}`);
    }
  }
  return [
    ...problems,
    ...cyclesOf(imports).map((cycle) => `${cycle[0]}: files import each other: ${cycle.join(' -> ')}`),
  ];
}

function* importProblems(file: string, { specifier }: Import, project: Project): Generator<string> {
  if (specifier === '<computed>') {
    // A bench is loaded by the name that a person types; nothing of the product is.
    if (!file.startsWith('bench/')) yield 'imports a computed name, which cannot be checked: list the files';
    return;
  }
  const target = resolveImport(file, specifier);
  if (target !== undefined) {
    if (!/\.(ts|json)$/.test(specifier)) yield `imports ${specifier} without its extension`;
    else if (!project.has(target)) yield `imports ${specifier}, which does not exist`;
    else yield* fileProblems(file, specifier, target);
  } else if (isBuiltin(specifier)) {
    yield* builtinProblems(file, specifier);
  } else if (packageOf(specifier) === undefined) {
    yield `imports ${specifier}, which is neither a file, a package nor built in`;
  }
}

function* fileProblems(file: string, specifier: string, target: string): Generator<string> {
  const [here, there] = [roomOf(file), roomOf(target)];
  const isTest = TESTING.test(file);
  if (TESTING.test(target) && !isTest && file.startsWith('src/')) yield `imports ${specifier}, which is for tests only`;
  if (!file.startsWith('src/')) {
    if (there !== undefined && specifier.startsWith('.')) yield `imports ${specifier}: write #${target.slice(4)}`;
    // Contracts and benches see a room as others do; what breaks formats and decoders on purpose has to reach inside.
    const throughDoor = /^(bench|test\/(conformance|support))\//.test(file);
    if (there !== undefined && throughDoor && !isDoor(target))
      yield `imports ${specifier}, which is inside a room: use its door`;
    return;
  }
  if (!target.startsWith('src/')) {
    if (!(isTest && /^test\/(support|golden|conformance)\//.test(target)))
      yield `imports ${specifier} from outside src`;
    return;
  }
  if (here === undefined || there === undefined) return;
  if (here === there) {
    if (specifier.startsWith('#')) yield `imports its own room as ${specifier}: use a relative path`;
    return;
  }
  if (specifier.startsWith('.'))
    yield `imports ${specifier} of another room by a relative path: use #${there}/index.ts`;
  else if (!isDoor(target)) yield `imports ${specifier}, which is inside a room: use #${there}/index.ts`;
  if (ROOMS.indexOf(there) > ROOMS.indexOf(here)) yield `is in ${here} and imports ${there}, a later room`;
  const stranger = STRANGERS[here]?.[there];
  if (stranger !== undefined) yield `is in ${here} and imports ${there}: ${stranger}`;
}

function* builtinProblems(file: string, specifier: string): Generator<string> {
  if (!specifier.startsWith('node:')) yield `imports ${specifier}: write node:${specifier}`;
  const guard = GUARDED_BUILTINS[specifier];
  const room = roomOf(file);
  if (guard === undefined || room === undefined || TESTING.test(file)) return;
  const [wing] = room.split('/');
  if (!guard.rooms.some((name) => name === room || name === wing))
    yield `imports ${specifier} in ${room}: ${guard.why}`;
}

function isDoor(target: string): boolean {
  return /^src\/[^/]+\/[^/]+\/index\.ts$/.test(target);
}

/** Groups of files that import each other in a circle, each group sorted; by Tarjan's algorithm. */
export function cyclesOf(imports: ReadonlyMap<string, readonly Import[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.size - 1);
    stack.push(file);
    let self = false;
    for (const { specifier } of imports.get(file) ?? []) {
      const next = resolveImport(file, specifier);
      if (next === undefined || !imports.has(next)) continue;
      self ||= next === file;
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(file) !== order.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1 || self) cycles.push(group.toSorted());
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return cycles;
}

if (import.meta.main) conclude(path.basename(import.meta.filename, '.ts'), layerProblems(readProject(PROJECT_ROOT)));
