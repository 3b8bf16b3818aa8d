import type { Command } from 'commander';
import { askFirst, askingFirst } from '../ask-first.ts';
import type { AskOptions, Deed } from '../ask-first.ts';
import { CliError } from '../errors.ts';
import { readTextFile } from '../read-text-file.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface AuthorityRow {
  readonly role: string;
  readonly generation: number;
  readonly state: string;
  readonly created: string;
  readonly expires: string | null;
  readonly keyHere: boolean;
}

/** Adds `weir ca`: the platform's certificate authorities. */
export function addCaCommand(program: Command, contextOf: ContextOf): void {
  const ca = program.command('ca').description('certificate authorities: list, rotate, request, import, retire');

  ca.command('list')
    .description('root and issuing authorities that count')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { authorities } = await context.withPlatform((client) =>
        client.json<{ authorities: AuthorityRow[] }>('GET', '/v1/authorities'),
      );
      context.result(authorities, (rows) =>
        formatTable(
          ['role', 'generation', 'state', 'created', 'until', 'key'],
          rows.map((row) => [
            row.role,
            String(row.generation),
            row.state,
            row.created,
            row.expires,
            row.keyHere ? 'here' : 'elsewhere',
          ]),
        ),
      );
    });

  ca.command('rotate')
    .description('a new issuing authority signs from now on; what older ones gave stays good')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const made = await context.withPlatform((client) =>
        client.json<AuthorityRow>('POST', '/v1/authorities/rotate', { body: {} }),
      );
      context.result(
        made,
        ({ generation, expires }) => `issuing authority ${generation} signs from now on, until ${expires}\n`,
      );
    });

  ca.command('request')
    .description('print a request for a new issuing authority, for a root whose key is elsewhere to sign')
    .option('--list <root>', 'instead, print what that root has to take back, as the index of openssl ca -gencrl')
    .action(async (options: { readonly list?: string }, command: Command) => {
      const context = contextOf(command);
      const { list } = options;
      const made = await context.withPlatform(async (client) =>
        list === undefined
          ? (await client.json<{ request: string }>('POST', '/v1/authorities/request', { body: {} })).request
          : (await client.json<{ index: string }>('GET', `/v1/authorities/root/${encodeURIComponent(list)}/index`))
              .index,
      );
      context.result({ text: made }, ({ text }) => text);
      context.next('ca import FILE');
    });

  ca.command('import <file>')
    .description('take what a root elsewhere signed: a certificate with its root where that is new, or its list')
    .action(async (file: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const text = await readTextFile(file);
      if (text.includes('BEGIN X509 CRL')) return takeList(context, text);
      const made = await context.withPlatform((client) =>
        client.json<AuthorityRow>('POST', '/v1/authorities/import', { body: { certificate: text } }),
      );
      context.result(
        made,
        ({ generation, expires }) => `issuing authority ${generation} signs from now on, until ${expires}\n`,
      );
    });

  askingFirst(ca.command('retire'))
    .description('end an issuing authority, or a root, that nobody needs any more')
    .argument('<role>', 'issuing or root')
    .argument('<generation>', 'its number in weir ca list')
    .action(async (role: string, generation: string, options: AskOptions, command: Command) => {
      const context = contextOf(command);
      const ended = await context.withPlatform(async (client) => {
        if (options.yes !== true) {
          const { authorities } = await client.json<{ authorities: AuthorityRow[] }>('GET', '/v1/authorities');
          await askFirst(context, retiring(role, generation, authorities));
        }
        const body = { role, generation: Number(generation) };
        return client.json<AuthorityRow>('POST', '/v1/authorities/retire', { body });
      });
      context.result(
        ended,
        (row) => `${row.role === 'root' ? 'root' : 'issuing authority'} ${row.generation} is retired\n`,
      );
    });
}

/** An authority that is retired never signs again, and its key is destroyed. */
function retiring(role: string, generation: string, authorities: readonly AuthorityRow[]): Deed {
  const found = authorities.find((one) => one.role === role && String(one.generation) === generation);
  if (found === undefined) {
    throw new CliError('CLI_USAGE', `Cannot retire ${role} ${generation}: there is no such authority`, {
      hint: 'See which there are with `npm run -s weir -- ca list`',
    });
  }
  const { state, created, expires } = found;
  const which = `it is ${state}, of ${created}${expires === null ? '' : `, good until ${expires}`}`;
  return { deed: `retire ${role} ${generation}`, goes: `${which}, and counts for nothing any more from then on` };
}

async function takeList(context: ReturnType<ContextOf>, list: string): Promise<void> {
  const taken = await context.withPlatform((client) =>
    client.json<{ root: number; retired: readonly number[] }>('POST', '/v1/authorities/root-list', { body: { list } }),
  );
  const also = taken.retired.length === 0 ? '' : `; issuing authority ${taken.retired.join(', ')} is retired by it`;
  context.result(taken, ({ root }) => `the list of root ${root} is handed out from now on${also}\n`);
}
