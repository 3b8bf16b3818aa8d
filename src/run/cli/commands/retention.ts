import type { Command } from 'commander';
import { PROBER_STREAMS } from '#base/core/index.ts';
import { certifiedStatement, verifyAddendum, verifyCertificate } from '../certified-statement.ts';
import { readTextFile } from '../read-text-file.ts';
import { askFirst, askingFirst } from '../ask-first.ts';
import { formatTable } from '../text-table.ts';
import { readKeys } from '../verifier-keys.ts';
import type { ContextOf } from './command.ts';
import { showGoing } from './plan.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions, Deed } from '../ask-first.ts';

export interface StreamRow {
  readonly stream: string;
  readonly min: number | null;
  readonly max: number | null;
  readonly segments: number;
  readonly rows: number;
  readonly due: number;
  readonly held: number;
  readonly next: readonly {
    readonly segment: string;
    readonly rows: number;
    readonly begins: string;
    readonly ends: string;
    readonly held: boolean;
  }[];
}

interface HoldRow {
  readonly id: string;
  readonly stream: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly where?: string;
  readonly reason: string;
  readonly owner: string;
  readonly created: string;
  readonly released: string | null;
}

type Going = Parameters<typeof showGoing>[0][number];

interface CertificateRow {
  readonly id: string;
  readonly at: string;
  readonly amends: string | null;
}

interface UncertifiedRow extends Going {
  readonly since: string;
}

const DAY_MS = 86_400_000;

/** How long readings are kept: what will go and when, what is held, and the certificates of what went. */
export function addRetentionCommand(program: Command, contextOf: ContextOf): void {
  const retention = program.command('retention').description('what goes and when, what is held, what went');

  retention
    .command('plan')
    .description('what will go because it is kept no longer, and when, before it goes')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { streams } = await context.withPlatform((client) =>
        client.json<{ streams: StreamRow[] }>('GET', '/v1/retention'),
      );
      // The prober lets its own readings go: nobody need plan for that.
      context.result(
        streams.filter(({ stream }) => !PROBER_STREAMS.includes(stream)),
        showPlan,
      );
    });

  retention
    .command('hold <stream>')
    .description('keep readings of a stream until the hold is released, whatever the template says')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--owner <text>', 'who answers for it')
    .option('--from <time>', 'readings from this time on (RFC 3339)')
    .option('--to <time>', 'readings up to this time')
    .option('--where <condition>', 'readings that meet this condition in SQL over the columns of the stream')
    .action(async (stream: string, options: object, command: Command) => {
      const context = contextOf(command);
      const hold = await context.withPlatform((client) =>
        client.json<HoldRow>('POST', '/v1/holds', { body: { stream, ...options } }),
      );
      context.result(hold, ({ id }) => `${stream} is held by ${id}\n`);
      context.next(`retention release ${hold.id}`);
    });

  askingFirst(retention.command('release <hold>'), 'also where readings go at once: say that they do not come back')
    .description('end a hold: what it kept goes when the template says')
    .action(async (id: string, options: { yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/holds/${encodeURIComponent(id)}`;
      const released = await context.withPlatform(async (client) => {
        const { goes } = await client.json<{ goes: Going[] }>('GET', `${path}/going`);
        if (goes.length > 0 && options.yes !== true) await askFirst(context, releasing(id, goes));
        return client.json('POST', `${path}/release`, { body: {} });
      });
      context.result(released, () => `${id} is released\n`);
      context.next('retention plan');
    });

  retention
    .command('holds')
    .description('legal holds, those that were released included')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { holds } = await context.withPlatform((client) => client.json<{ holds: HoldRow[] }>('GET', '/v1/holds'));
      context.result(holds, (rows) =>
        rows.length === 0
          ? 'nothing is held, and nothing was\n'
          : formatTable(
              ['id', 'stream', 'from', 'to', 'where', 'reason', 'owner', 'since', 'released'],
              rows.map((row) => [
                row.id,
                row.stream,
                row.from,
                row.to,
                row.where ?? null,
                row.reason,
                row.owner,
                row.created,
                row.released,
              ]),
            ),
      );
    });

  retention
    .command('certificates')
    .description('certificates of what went and addenda to them, the newest first')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { certificates, uncertified } = await context.withPlatform((client) =>
        client.json<{ certificates: CertificateRow[]; uncertified: UncertifiedRow[] }>('GET', '/v1/erasures'),
      );
      for (const { stream, segments, rows, since } of uncertified) {
        const what = `${stream}: ${segments} segments with ${rows} readings went since ${since}`;
        context.note(`${what}; their keys are destroyed within the hour, which is certified then`);
      }
      context.result(certificates, (rows) =>
        rows.length === 0
          ? 'nothing is certified so far\n'
          : formatTable(
              ['id', 'at', 'adds to'],
              rows.map(({ id, at, amends }) => [id, at, amends]),
            ),
      );
      const [newest] = certificates;
      if (newest !== undefined) context.next(`retention certificate ${newest.id}`);
    });

  writingFiles(retention.command('certificate <id>'))
    .description('a certificate or an addendum: the signed envelope of what went, and where it was looked for')
    .option('--out <file>', 'write it there')
    .action(async (id: string, options: AskOptions & { out?: string }, command: Command) => {
      const context = contextOf(command);
      const { out } = options;
      const files = await OutFiles.open(context, options, out);
      const { certificate, addenda } = await context.withPlatform((client) =>
        client.json<{ certificate: string; addenda: string[] }>('GET', `/v1/erasures/${encodeURIComponent(id)}`),
      );
      if (out !== undefined) await files.write(out, certificate);
      context.result(certifiedStatement(certificate), (statement) =>
        out === undefined ? `${JSON.stringify(statement, null, 2)}\n` : `certificate ${id} is in ${out}\n`,
      );
      for (const addendum of addenda) context.next(`retention certificate ${addendum}`);
    });

  retention
    .command('check-certificate <file>')
    .description('verify a certificate or an addendum: with keys of your own, no platform is needed')
    .option('--amends <certificate>', 'file with the certificate that an addendum is to be one to')
    .option('--key <key...>', 'keys to believe it by, or files with a key a line (default: those of the platform here)')
    .action(async (file: string, options: { key?: readonly string[]; amends?: string }, command: Command) => {
      const { key, amends } = options;
      const context = contextOf(command);
      const text = await readTextFile(file);
      const keys =
        key === undefined
          ? (await context.withPlatform((client) => client.json<{ keys: string[] }>('GET', '/v1/prove/keys'))).keys
          : await readKeys(key);
      const statement =
        amends === undefined ? verifyCertificate(text, keys) : verifyAddendum(text, await readTextFile(amends), keys);
      context.result(statement, (said) => `${JSON.stringify(said, null, 2)}\nthe signatures hold\n`);
    });
}

/** What goes does not come back, so it is said before. */
function releasing(id: string, goes: readonly Going[]): Deed {
  const what = `what only it keeps is past its time, and does not come back\n${showGoing(goes).trimEnd()}`;
  return { deed: `release hold ${id}`, goes: what };
}

function showPlan(streams: readonly StreamRow[]): string {
  return formatTable(
    ['stream', 'at least', 'at most', 'segments', 'rows', 'due now', 'held', 'next goes'],
    streams.map(({ stream, min, max, segments, rows, due, held, next }) => [
      stream,
      days(min),
      days(max),
      segments,
      rows,
      due,
      held,
      next.find((one) => !one.held)?.begins ?? '',
    ]),
  );
}

function days(keep: number | null): string {
  if (keep === null) return '';
  // A year of the template is 365.25 days.
  return keep >= DAY_MS ? `${Math.round((keep / DAY_MS) * 10) / 10} d` : `${keep / 1_000} s`;
}
