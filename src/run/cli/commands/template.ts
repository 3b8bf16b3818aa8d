import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import type { TemplateSource } from '#run/server/index.ts';
import type { AskOptions } from '../ask-first.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface ShowOptions extends AskOptions {
  readonly out?: string;
}

interface Version {
  readonly name: string;
  readonly digest: string;
  readonly applied: string;
  readonly inForce: boolean;
}

/** Digits of a digest that name a version for people. */
const SHOWN_DIGITS = 12;

/** Templates as they were handed in: what is in force, and what was, can be had back and edited. */
export function addTemplateCommand(program: Command, contextOf: ContextOf): void {
  const template = program.command('template').description('the template in force and those of before, as text');

  writingFiles(template.command('show [version]'))
    .description('the text of the template in force, or of a version that was, by the first digits of its digest')
    .option('--out <folder>', 'write it to a folder, with the files beside it that it names')
    .action(async (version: string | undefined, options: ShowOptions, command: Command) => {
      const context = contextOf(command);
      const query = version === undefined ? '' : `?version=${encodeURIComponent(version.toLowerCase())}`;
      const found = await context.withPlatform((client) =>
        client.json<Version & TemplateSource>('GET', `/v1/template${query}`),
      );
      if (options.out !== undefined) return writeOut(context, options.out, options, found);
      context.result(found, ({ text }) => (text.endsWith('\n') ? text : `${text}\n`));
      const beside = Object.keys(found.files);
      if (beside.length > 0) context.note(`it names ${beside.join(', ')}: --out FOLDER writes these, too`);
    });

  template
    .command('list')
    .description('the versions that were put in force, the newest first')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { versions } = await context.withPlatform((client) =>
        client.json<{ versions: (Version & { by: string })[] }>('GET', '/v1/template/versions'),
      );
      context.result(versions, showVersions);
      const [, before] = versions;
      context.next(before === undefined ? 'template show' : `template show ${before.digest.slice(0, SHOWN_DIGITS)}`);
    });
}

async function writeOut(
  context: CommandContext,
  folder: string,
  options: AskOptions,
  { path, text, files, ...version }: Version & TemplateSource,
): Promise<void> {
  const own = basename(path);
  const all = [...Object.entries(files), [own, text] as const].map(([name, content]) => ({
    file: placeIn(folder, name),
    content,
  }));
  const out = await OutFiles.open(context, options, ...all.map(({ file }) => file));
  for (const { file, content } of all) {
    await mkdir(dirname(file), { recursive: true });
    await out.write(file, content);
  }
  const written = all.map(({ file }) => file);
  context.result({ ...version, written }, () => `wrote ${written.join(', ')}\n`);
  context.next(`plan --template ${join(folder, own)}`);
}

/** Where a file belongs that a template names: whoever handed it in may have named any. @throws {CliError} CLI_USAGE */
function placeIn(folder: string, name: string): string {
  if (resolve(folder, name).startsWith(resolve(folder) + sep)) return join(folder, name);
  throw new CliError('CLI_USAGE', `Cannot write ${name}: it would be outside of ${folder}`, {
    hint: 'See the texts with `weir template show --json`',
  });
}

function showVersions(versions: readonly (Version & { readonly by: string })[]): string {
  return formatTable(
    ['version', 'name', 'put in force', 'by', ''],
    versions.map(({ digest, name, applied, by }, at) => [
      digest.slice(0, SHOWN_DIGITS),
      name,
      applied,
      by,
      at === 0 ? 'in force' : '',
    ]),
  );
}
