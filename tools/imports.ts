import { isBuiltin } from 'node:module';
import path from 'node:path';

import type { Project } from './project.ts';

/** One import as written, type imports included. */
export interface Import {
  readonly specifier: string;
  /** One-based. */
  readonly line: number;
}

/**
 * Lists the imports of a formatted TypeScript file.
 *
 * Relies on the formatter: a static import or export begins in the first column, and strings have single quotes.
 * `import('…')` is found anywhere, also as a type; one with a computed name has the specifier `<computed>`.
 */
export function importsOf(text: string): Import[] {
  const code = blankComments(text);
  const found: { readonly specifier: string; readonly index: number }[] = [];
  for (const match of code.matchAll(/^(?:import|export)\b[^;'`]*?\bfrom '([^']+)'|^import '([^']+)'/gm)) {
    found.push({ specifier: match[1] ?? match[2] ?? '', index: match.index });
  }
  for (const match of code.matchAll(/(?<![\w.$'"`])(?:import|require)\(\s*(?:'([^']*)')?/g)) {
    found.push({ specifier: match[1] ?? '<computed>', index: match.index });
  }
  const lineOf = (index: number): number => code.slice(0, index).split('\n').length;
  return found.map(({ specifier, index }) => ({ specifier, line: lineOf(index) }));
}

/** Replaces comments that fill whole lines, and block comments, by blanks; line numbers stay. */
function blankComments(text: string): string {
  return text.replaceAll(/^[ \t]*\/\*[\s\S]*?\*\/|^[ \t]*\/\/.*$/gm, (comment) => comment.replaceAll(/[^\n]/g, ' '));
}

/**
 * The project file that an import means: relative to the importing file, or `#…` for `src/…`.
 *
 * @returns undefined for packages and built-in modules
 */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return path.posix.join('src', specifier.slice(1));
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from), specifier) : undefined;
}

/** The name of the package that an import means, such as `@scope/name`; undefined for files and built-in modules. */
export function packageOf(specifier: string): string | undefined {
  if (/^[.#<]/.test(specifier) || isBuiltin(specifier)) return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/** The TypeScript files of the project with their imports. */
export function importsByFile(project: Project): Map<string, Import[]> {
  const sources = [...project].filter(([file]) => /^(src|test|tools|bench)\/.*\.ts$/.test(file));
  return new Map(sources.map(([file, text]) => [file, importsOf(text)]));
}
