import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { roomOf } from './check-layers.ts';
import { tableRows } from './markdown.ts';
import { conclude, PROJECT_ROOT, readProject } from './project.ts';
import type { Problem, Project } from './project.ts';

/** The page that is assembled from the pages of the rooms. */
export const REGISTER = 'docs/reference/errors.md';

/** A code of an error and the source file whose union has it. */
interface DeclaredCode {
  readonly code: string;
  readonly file: string;
  readonly page: string;
}

/** Lists the members of every union named `…ErrorCode`. */
function declaredCodes(project: Project): DeclaredCode[] {
  const declared: DeclaredCode[] = [];
  for (const [file, text] of project) {
    const room = roomOf(file);
    if (room === undefined || file.endsWith('.test.ts')) continue;
    for (const [, union = ''] of text.matchAll(/^(?:export )?type \w+ErrorCode =([^;]*);/gm)) {
      for (const [, code = ''] of union.matchAll(/'([^']*)'/g)) {
        declared.push({ code, file, page: `docs/reference/errors/${room.split('/')[1]}.md` });
      }
    }
  }
  return declared;
}

/**
 * Finds codes without an entry in their room's page, entries without a code, entries that lack a cause or remedy,
 * codes in two rooms, codes of another form, codes that no source raises, and a register that is out of date.
 */
export function errorProblems(project: Project): Problem[] {
  const declared = declaredCodes(project);
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  for (const { code, file, page } of declared) {
    if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code)) problems.push(`${file}: ${code} is not of the form AREA_REASON`);
    if (seen.has(code)) problems.push(`${file}: ${code} is also in ${seen.get(code)}`);
    seen.set(code, file);
    if (!rowsOf(project, page).some((row) => row[0] === `\`${code}\``))
      problems.push(`${page}: has no entry for ${code}`);
    if (!isRaised(project, code)) problems.push(`${file}: ${code} is raised nowhere`);
  }
  for (const page of roomPages(project)) {
    const codes = new Set<string>();
    for (const [cell = '', cause = '', remedy = ''] of rowsOf(project, page)) {
      const code = cell.replaceAll('`', '');
      if (codes.has(code)) problems.push(`${page}: has two entries for ${code}`);
      codes.add(code);
      if (!declared.some((one) => one.code === code && one.page === page))
        problems.push(`${page}: ${code} is not a code of this room`);
      if (cause === '' || remedy === '') problems.push(`${page}: ${code} lacks its cause or remedy`);
    }
  }
  if (project.get(REGISTER) !== assembleRegister(project)) {
    problems.push(`${REGISTER}: is out of date: node tools/check-errors.ts --write`);
  }
  return problems;
}

/** Assembles the register of all codes, sorted, each with a link to its room's page. */
export function assembleRegister(project: Project): string {
  const lines = roomPages(project).flatMap((page) => {
    const room = path.basename(page, '.md');
    return rowsOf(project, page).map(
      ([code, cause, remedy]) => `| ${code} | [${room}](errors/${room}.md) | ${cell(cause)} | ${cell(remedy)} |`,
    );
  });
  return [
    '# Errors',
    '',
    'Every code that Weir raises, assembled from the pages of the rooms by `sh bin/node tools/check-errors.ts --write`.',
    'A message may change its words between releases; a code keeps its meaning.',
    '',
    '| code | room | cause | remedy |',
    '|---|---|---|---|',
    ...lines.toSorted(),
    '',
  ].join('\n');
}

function cell(text = ''): string {
  return text.replaceAll('|', '\\|');
}

function roomPages(project: Project): string[] {
  return [...project.keys()].filter((file) => /^docs\/reference\/errors\/[\w-]+\.md$/.test(file));
}

function rowsOf(project: Project, page: string): string[][] {
  return tableRows(project.get(page) ?? '', ['code', 'cause', 'remedy']);
}

/** A code is raised where it stands in quotes outside its union; in types and tests it is only spoken of. */
function isRaised(project: Project, code: string): boolean {
  for (const [file, text] of project) {
    if (!file.startsWith('src/') || file.endsWith('.test.ts')) continue;
    if (text.replaceAll(/^(?:export )?type \w+ErrorCode =[^;]*;/gm, '').includes(`'${code}'`)) return true;
  }
  return false;
}

if (import.meta.main) {
  if (process.argv.includes('--write')) {
    writeFileSync(path.join(PROJECT_ROOT, REGISTER), assembleRegister(readProject(PROJECT_ROOT)));
  }
  conclude(path.basename(import.meta.filename, '.ts'), errorProblems(readProject(PROJECT_ROOT)));
}
