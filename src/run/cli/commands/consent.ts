import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parseRfc3339 } from '#base/core/index.ts';
import { openReceipt } from '#trust/consent/index.ts';
import { CliError } from '../errors.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface GiveOptions extends AskOptions {
  readonly stream: string;
  readonly purpose?: readonly string[];
  readonly until?: string;
  readonly notice?: string;
  readonly language?: string;
  readonly method?: string;
  readonly receipt?: string;
}

interface ConsentRow {
  readonly id: string;
  readonly stream: string;
  readonly subject: string;
  readonly state: string;
  readonly given: string;
  readonly expires: string | null;
  readonly purposes: readonly { readonly purpose: string; readonly withdrawn: string | null }[];
}

const gather = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Who agreed to what: recorded, shown, withdrawn, and receipts for those who agreed. */
export function addConsentCommand(program: Command, contextOf: ContextOf): void {
  const consent = program.command('consent').description('who agreed to what: recorded, shown, withdrawn');
  addGive(consent, contextOf);
  addWithdraw(consent, contextOf);
  addLists(consent, contextOf);
  addReceipts(consent, contextOf);
}

function addGive(consent: Command, contextOf: ContextOf): void {
  writingFiles(consent.command('give <subject>'))
    .description('record that a person agrees: the identifier as devices send it, or its token')
    .requiredOption('--stream <name>', 'the stream that it is about')
    .option('--purpose <name>', 'a purpose of the stream, again for more; default all of them', gather)
    .option('--until <time>', 'when it ends by itself (RFC 3339)')
    .option('--notice <uri>', 'what the person was told')
    .option('--language <tag>', 'language of that')
    .option('--method <words>', 'how the person said so, such as form')
    .option('--receipt <file>', 'write the receipt for the person there')
    .action(async (subject: string, options: GiveOptions, command: Command) => {
      const context = contextOf(command);
      const { stream, purpose, until, notice, language, method, receipt: file } = options;
      if (until !== undefined && parseRfc3339(until) === null) throw noTime(until);
      const body = {
        stream,
        subject,
        ...(purpose === undefined ? {} : { purposes: purpose }),
        ...(until === undefined ? {} : { expires: until }),
        ...(notice === undefined ? {} : { notice: { url: notice, ...(language === undefined ? {} : { language }) } }),
        ...(method === undefined ? {} : { method }),
      };
      const files = await OutFiles.open(context, options, file);
      const given = await context.withPlatform((client) =>
        client.json<{ consent: ConsentRow; new: boolean; receipt: string }>('POST', '/v1/consents', { body }),
      );
      if (file !== undefined) await files.write(file, given.receipt);
      context.result(given, ({ consent: { id, purposes }, new: isNew }) => {
        const what = purposes.map((one) => one.purpose).join(', ');
        return isNew ? `${id} is recorded: ${stream} for ${what}\n` : `${id} says so already: ${stream} for ${what}\n`;
      });
      context.next(`consent show ${given.consent.id}`);
    });
}

function addWithdraw(consent: Command, contextOf: ContextOf): void {
  consent
    .command('withdraw <id-or-subject>')
    .description('record that a person agrees no more: one consent by its id, or all to a stream with --stream')
    .option('--stream <name>', 'the argument names a person, whose consents to this stream are meant')
    .option('--purpose <name>', 'a purpose, again for more; default all of them', gather)
    .action(async (named: string, { stream, purpose }: { stream?: string; purpose?: string[] }, command: Command) => {
      const context = contextOf(command);
      const purposes = purpose === undefined ? {} : { purposes: purpose };
      const withdrawn = await context.withPlatform(async (client) => {
        if (stream === undefined) {
          const path = `/v1/consents/${encodeURIComponent(named)}/withdraw`;
          return [(await client.json<{ consent: ConsentRow }>('POST', path, { body: purposes })).consent];
        }
        const body = { stream, subject: named, ...purposes };
        return (await client.json<{ consents: ConsentRow[] }>('POST', '/v1/consents/withdraw', { body })).consents;
      });
      context.result(withdrawn, (rows) => rows.map(({ id, state }) => `${id} is ${state}\n`).join(''));
      context.next(`consent list --stream ${withdrawn[0]?.stream ?? stream ?? ''}`);
    });

  consent
    .command('confirm')
    .description('vouch for consents that are suspended since the log lacks entries: they count again')
    .option('--id <id>', 'one consent')
    .option('--stream <name>', 'all of a stream')
    .action(async (body: { readonly id?: string; readonly stream?: string }, command: Command) => {
      const context = contextOf(command);
      const answer = await context.withPlatform(async (client) => {
        const id = body.id === undefined ? {} : { id: await client.wholeId('consents', body.id) };
        return client.json<{ confirmed: number }>('POST', '/v1/consents/confirm', { body: { ...body, ...id } });
      });
      context.result(answer, ({ confirmed }) => `${confirmed} confirmed\n`);
    });
}

function addLists(consent: Command, contextOf: ContextOf): void {
  consent
    .command('list')
    .description('consents, the newest first')
    .option('--stream <name>', 'to this stream only')
    .option('--state <state>', 'given, suspended, expired or withdrawn')
    .option('--subject <subject>', 'of one person, with --stream')
    .action(async ({ stream, state, subject }: Record<string, string>, command: Command) => {
      const context = contextOf(command);
      const words = new URLSearchParams({ ...(stream ? { stream } : {}), ...(state ? { state } : {}) }).toString();
      const { consents } = await context.withPlatform((client) =>
        subject === undefined
          ? client.json<{ consents: ConsentRow[] }>('GET', `/v1/consents${words === '' ? '' : `?${words}`}`)
          : client.json<{ consents: ConsentRow[] }>('POST', '/v1/consents/find', {
              body: { stream: stream ?? '', subject },
            }),
      );
      context.result(consents, (rows) => (rows.length === 0 ? 'nobody agreed to anything\n' : showRows(rows)));
      const [newest] = consents;
      if (newest !== undefined) context.next(`consent show ${newest.id}`);
    });

  consent
    .command('show <id>')
    .description('a consent as a record in JSON-LD (ISO/IEC TS 27560)')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const shown = await context.withPlatform((client) =>
        client.json<{ consent: ConsentRow; record: unknown }>('GET', `/v1/consents/${encodeURIComponent(id)}`),
      );
      context.result(shown, ({ record }) => `${JSON.stringify(record, null, 2)}\n`);
      context.next(`consent receipt ${id}`);
    });

  consent
    .command('excluded <stream> <purpose>')
    .description('tokens of those who once agreed and do no more: what datasets leave out')
    .action(async (stream: string, purpose: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const words = new URLSearchParams({ stream, purpose }).toString();
      const { subjects } = await context.withPlatform((client) =>
        client.json<{ subjects: string[] }>('GET', `/v1/consents/excluded?${words}`),
      );
      context.result(subjects, (rows) => (rows.length === 0 ? 'nobody\n' : `${rows.join('\n')}\n`));
    });
}

function addReceipts(consent: Command, contextOf: ContextOf): void {
  writingFiles(consent.command('receipt <id>'))
    .description('the receipt of a consent as it is now, signed')
    .option('--out <file>', 'write it there')
    .action(async (id: string, options: AskOptions & { out?: string }, command: Command) => {
      const context = contextOf(command);
      const { out } = options;
      const files = await OutFiles.open(context, options, out);
      const answer = await context.withPlatform((client) =>
        client.json<{ id: string; receipt: string }>('GET', `/v1/consents/${encodeURIComponent(id)}/receipt`),
      );
      if (out !== undefined) await files.write(out, answer.receipt);
      context.result(answer, ({ receipt }) => (out === undefined ? receipt : `the receipt of ${id} is in ${out}\n`));
      if (out !== undefined) context.next(`consent check-receipt ${out}`);
    });

  consent
    .command('check-receipt <file>')
    .description('verify a receipt: with keys from a file, no platform is needed')
    .option('--keys <file>', 'public keys, one a line; default those of the running platform')
    .action(async (file: string, { keys: keyFile }: { keys?: string }, command: Command) => {
      const context = contextOf(command);
      const keys =
        keyFile === undefined
          ? (await context.withPlatform((client) => client.json<{ keys: string[] }>('GET', '/v1/consents/keys'))).keys
          : (await readFile(keyFile, 'utf8')).split('\n').filter((line) => line.trim() !== '');
      const receipt = openReceipt(await readFile(file, 'utf8'), keys);
      context.result(receipt, (said) => `${JSON.stringify(said, null, 2)}\nthe signatures hold\n`);
    });

  consent
    .command('keys')
    .description('public keys that receipts are verified with')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { keys } = await context.withPlatform((client) =>
        client.json<{ keys: string[] }>('GET', '/v1/consents/keys'),
      );
      context.result(keys, (lines) => `${lines.join('\n')}\n`);
    });
}

function noTime(until: string): CliError {
  return new CliError('CLI_USAGE', `Cannot record consent: --until ${until} is no time (RFC 3339)`, {
    hint: 'Write it as 2027-01-01T00:00:00Z',
  });
}

function showRows(rows: readonly ConsentRow[]): string {
  return formatTable(
    ['id', 'stream', 'person', 'state', 'purposes', 'withdrawn', 'given', 'until'],
    rows.map(({ id, stream, subject, state, purposes, given, expires }) => [
      id,
      stream,
      subject,
      state,
      purposes.map(({ purpose }) => purpose).join(' '),
      purposes.flatMap(({ purpose, withdrawn }) => (withdrawn === null ? [] : [purpose])).join(' '),
      given,
      expires,
    ]),
  );
}
