import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The text files of the project by their path with forward slashes; what checks read instead of the disk. */
export type Project = ReadonlyMap<string, string>;

/** A finding of a check: one line that begins with the place. */
export type Problem = string;

const PATTERNS = [
  '{src,test,tools,bench}/**/*.{ts,json,sh,py,sql,yaml,yml,md,txt}',
  '{docs,deploy,bin,templates,schema,examples}/**/*',
  '.ci/*',
  '*.{md,json,yaml}',
  'LICENSE',
  '.npmrc',
  '.oxlintrc.json',
  '.oxfmtrc.json',
];

/** Reads what the checks look at; folders that runs leave behind are not among it. */
export function readProject(root: string): Project {
  const files = globSync(PATTERNS, {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) => entry.name === 'node_modules',
  });
  const paths = files.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name));
  return new Map(paths.toSorted().map((file) => [path.relative(root, file), readFileSync(file, 'utf8')]));
}

/** The project that these tools belong to. */
export const PROJECT_ROOT = path.resolve(import.meta.dirname, '..');

/** Prints the findings of one check and makes the process fail if there are any. */
export function conclude(check: string, problems: readonly Problem[]): void {
  for (const problem of problems) console.log(problem);
  if (problems.length === 0) return;
  console.log(`${check}: ${problems.length} problem${problems.length === 1 ? '' : 's'}`);
  process.exitCode = 1;
}
