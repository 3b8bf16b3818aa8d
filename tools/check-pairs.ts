import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';

import { conclude, PROJECT_ROOT, readProject } from './project.ts';
import type { Problem, Project } from './project.ts';

/** Folders whose files are tested one by one. */
const PAIRED = /^(src|tools|test\/support)\//;

/**
 * Files that need no test of their own: doors and error classes hold nothing to try,
 * and entries of processes and threads are started for real by the tests of the whole.
 */
const EXEMPT = /(^|\/)(index|errors|main|process|worker)\.ts$|-(process|worker)\.ts$/;

/**
 * Finds source files without a test of the same stem beside them, and tests whose source does not exist.
 * `stem.topic.test.ts` is a further test of `stem.ts`, such as its vectors.
 */
export function pairProblems(project: Project): Problem[] {
  const problems: Problem[] = [];
  for (const [file, text] of project) {
    if (!PAIRED.test(file) || !file.endsWith('.ts')) continue;
    const stem = file.replace(/(\.[\w-]+)?\.test\.ts$/, '');
    if (file.endsWith('.test.ts')) {
      if (!project.has(`${stem}.ts`)) problems.push(`${file}: tests ${stem}.ts, which does not exist`);
    } else if (!EXEMPT.test(file) && !project.has(file.replace(/\.ts$/, '.test.ts')) && !isInert(text)) {
      problems.push(`${file}: has no test beside it`);
    }
  }
  return problems;
}

/** Tells whether a file holds only types and constants: without a function or class a test could but repeat them. */
export function isInert(text: string): boolean {
  const code = stripTypeScriptTypes(text).replaceAll(/\/\*[\s\S]*?\*\/|(?<![:\\])\/\/.*$|'(?:[^'\\\n]|\\.)*'/gm, '');
  return !/\bfunction\b|=>|\bclass\b|\bawait\b|^[\w.]+\(/m.test(code);
}

if (import.meta.main) conclude(path.basename(import.meta.filename, '.ts'), pairProblems(readProject(PROJECT_ROOT)));
