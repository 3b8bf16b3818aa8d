import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CedarEngine, checkPolicies } from '#declare/policy/index.ts';
import { folderReader, formatDiagnostic, parseTemplate } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { PACKAGE_ROOT } from '#run/server/index.ts';
import type { TemplateSource } from '#run/server/index.ts';
import { CliError } from './errors.ts';
import { DEFAULT_DATA, DEMO_DATA } from './locate.ts';

export const DEFAULT_TEMPLATE = 'weir.yaml';
/** Folder of the templates that come with the package. */
export const PACKAGE_TEMPLATES = join(PACKAGE_ROOT, 'templates');
export const DEMO_TEMPLATE = join(PACKAGE_TEMPLATES, 'demo', 'template.yaml');

/** A template file that was read and found right, with the files beside it that it needs. */
export interface ReadTemplate {
  readonly template: Template;
  readonly source: TemplateSource;
}

/**
 * The template file that a command means: the one it names, else `./weir.yaml`, else the demo's where only a demo
 * is here.
 *
 * @param data the data directory that was named, if one was
 */
export function chooseTemplate(named: string | undefined, data: string | undefined): string {
  if (named !== undefined || existsSync(DEFAULT_TEMPLATE)) return named ?? DEFAULT_TEMPLATE;
  const onlyDemo =
    data === undefined ? !existsSync(DEFAULT_DATA) && existsSync(DEMO_DATA) : basename(data) === DEMO_DATA;
  return onlyDemo ? DEMO_TEMPLATE : DEFAULT_TEMPLATE;
}

/**
 * Reads a template file and all that it refers to.
 *
 * @throws {CliError} CLI_FILE_UNREADABLE if the file is not there
 * @throws {CliError} CLI_TEMPLATE_INVALID with every finding as file, line and column
 */
export function readTemplate(file: string): ReadTemplate {
  const text = readText(file);
  const folder = dirname(file);
  const read = folderReader(folder, PACKAGE_TEMPLATES);
  const beside = new Map<string, string>();
  const path = basename(file);
  const parsed = parseTemplate({ path, text }, (wanted) => {
    const found = read(wanted);
    // Those of the package are there on the platform's side too.
    if (found !== null && !wanted.startsWith('industry/')) beside.set(wanted, found);
    return found;
  });
  const found = 'template' in parsed ? checkPolicies(parsed.template, new CedarEngine()) : parsed.diagnostics;
  if ('template' in parsed && found.length === 0) {
    return { template: parsed.template, source: { path, text, files: Object.fromEntries(beside) } };
  }
  const findings = found.map((finding) =>
    formatDiagnostic(finding.file.startsWith('industry/') ? finding : { ...finding, file: join(folder, finding.file) }),
  );
  throw new CliError('CLI_TEMPLATE_INVALID', `Cannot use template:\n${findings.join('\n')}\n${findings.length} found`, {
    hint: 'Mend the lines named above; docs/reference/template.md lists every key',
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read template: ${file} is not there or not readable`, {
      hint: 'Make one with `npm run -s weir -- init --industry logistics`, or name one with --template',
      cause,
    });
  }
}
