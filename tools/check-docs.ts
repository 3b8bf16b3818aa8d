import path from 'node:path';

import { anchorsOf, fencesOf, proseOf } from './markdown.ts';
import { conclude, PROJECT_ROOT, readProject } from './project.ts';
import type { Problem, Project } from './project.ts';

/** Words that tie the project to one place or to how it came about; it has to read the same everywhere. */
const OUT_OF_PLACE: readonly (readonly [RegExp, string])[] = [
  [
    /registry\.npmjs|npmjs\.(?:com|org)|yarnpkg\.com|pythonhosted\.org|\bpypi\.org|deb\.debian\.org|proxy\.golang\.org/,
    'a registry',
  ],
  [/(?<![\w.])\/(?:work|root|Users)\/[\w.]|(?<![\w.])\/home\/(?!weir\b)\w/, 'a path of one machine'],
  [/\bissue #?\d/i, 'an entry of an issue tracker'],
];

/** The page whose commands are run from top to bottom by the test of the tour; other pages are named by their tests. */
const TOUR = 'README.md';

/**
 * Finds links that lead nowhere, commands in documents that no test has, and words out of place.
 *
 * A command in a block marked `sh` has to stand in some test as it is in the page; a block that cannot be
 * tested says why: `sh untested="needs a second machine"`. The README's blocks are run by the test of the tour, and so
 * are those of a page whose steps a test takes with `tourSteps` or walks with `Walk.begin`, and that it names.
 */
export function docProblems(project: Project): Problem[] {
  const problems: Problem[] = [];
  for (const [file, text] of project) {
    for (const [pattern, what] of OUT_OF_PLACE) {
      const found = pattern.exec(text);
      if (found !== null) problems.push(`${file}:${lineOf(text, found.index)}: names ${what}: ${found[0]}`);
    }
    if (!file.endsWith('.md')) continue;
    problems.push(...linkProblems(file, text, project));
    if (file !== TOUR && !isToured(file, project)) problems.push(...commandProblems(file, text, project));
  }
  return problems;
}

function* linkProblems(file: string, text: string, project: Project): Generator<Problem> {
  const prose = proseOf(text);
  for (const match of prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)) {
    const link = match[1] ?? match[2] ?? '';
    if (/^(https?|mailto):/.test(link)) continue;
    const [place = '', anchor] = link.split('#');
    const target = place === '' ? file : path.posix.join(path.posix.dirname(file), decodeURIComponent(place));
    const line = lineOf(prose, match.index);
    if (!exists(target, project)) yield `${file}:${line}: links to ${link}, which does not exist`;
    else if (anchor !== undefined && target.endsWith('.md') && !anchorsOf(project.get(target) ?? '').has(anchor)) {
      yield `${file}:${line}: links to ${link}, a heading that does not exist`;
    }
  }
}

function* commandProblems(file: string, text: string, project: Project): Generator<Problem> {
  for (const fence of fencesOf(text)) {
    if (!/^(sh|bash|console)\b/.test(fence.info)) continue;
    const reason = /\buntested="([^"]*)"/.exec(fence.info);
    if (reason !== null) {
      if (reason[1]?.trim() === '') yield `${file}:${fence.line}: does not say why its commands are untested`;
      continue;
    }
    for (const command of commandsOf(fence.text)) {
      if (!isInSomeTest(command, project)) yield `${file}:${fence.line}: no test has the command: ${command}`;
    }
  }
}

/** The commands of a block, one a line: continuation lines joined, comments at their ends and prompts dropped. */
export function commandsOf(block: string): string[] {
  const lines = block.replaceAll(/\\\n\s*/g, '').split('\n');
  return lines
    .map((line) =>
      line
        .replace(/(^|\s)#\s.*$/, '')
        .replace(/^\$ /, '')
        .trim(),
    )
    .filter((line) => line !== '');
}

/** How a test takes the commands of a page. */
const TOURS = /\b(?:tourSteps|Walk\.begin)\(/;

function isToured(page: string, project: Project): boolean {
  for (const [file, text] of project) {
    if (file.endsWith('.test.ts') && TOURS.test(text) && text.includes(`'${page}'`)) return true;
  }
  return false;
}

function isInSomeTest(command: string, project: Project): boolean {
  for (const [file, text] of project) {
    if ((file.startsWith('test/') || file.endsWith('.test.ts')) && text.includes(command)) return true;
  }
  return false;
}

function exists(target: string, project: Project): boolean {
  const folder = `${target.replace(/\/$/, '')}/`;
  return project.has(target) || folder === './' || [...project.keys()].some((file) => file.startsWith(folder));
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

if (import.meta.main) conclude(path.basename(import.meta.filename, '.ts'), docProblems(readProject(PROJECT_ROOT)));
