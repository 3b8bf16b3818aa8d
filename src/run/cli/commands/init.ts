import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { hasCode } from '#base/core/index.ts';
import { PACKAGE_ROOT } from '#run/server/index.ts';
import { CliError } from '../errors.ts';
import { listIndustries, readIndustry } from '../industries.ts';
import { DEFAULT_TEMPLATE, readTemplate } from '../template-source.ts';
import { templateText } from '../template-text.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface InitOptions {
  readonly industry?: string;
  readonly name?: string;
}

export function addInitCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('init [folder]')
    .description('write a template to edit, after one of an industry')
    .option('--industry <name>', 'industry to start from; without it they are listed')
    .option('--name <name>', 'name of the template (default: that of the folder)')
    .action((folder: string | undefined, options: InitOptions, command: Command) => {
      const context = contextOf(command);
      if (options.industry === undefined) {
        context.result(listIndustries(), (all) =>
          formatTable(
            ['industry', 'for'],
            all.map(({ name, description }) => [name, description]),
          ),
        );
        context.next('init --industry logistics');
        return;
      }
      const file = writeTemplate(folder ?? '.', options.industry, options.name);
      const { template } = readTemplate(file);
      context.result({ file, name: template.name, industry: options.industry }, () => `wrote ${file}\n`);
      context.next(folder === undefined ? 'plan' : `plan --template ${file}`);
    });
}

function writeTemplate(folder: string, industry: string, name: string | undefined): string {
  const base = readIndustry(industry);
  const file = join(folder, DEFAULT_TEMPLATE);
  const schema = relative(resolve(folder), join(PACKAGE_ROOT, 'schema', 'template.schema.json'));
  const text = templateText(name ?? nameOf(folder, industry), industry, base, schema);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause;
    throw new CliError('CLI_FILE_EXISTS', `Cannot write ${file}: it is there already and was left as it is`, {
      hint: 'Name another folder, or move the file away',
      cause,
    });
  }
  return file;
}

/** A folder's name with what templates do not take in names left out. */
function nameOf(folder: string, industry: string): string {
  const plain = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  const trimmed = plain.replace(/^[^a-z]+/, '').replace(/-+$/, '');
  return trimmed === '' ? industry : trimmed.slice(0, 48);
}
