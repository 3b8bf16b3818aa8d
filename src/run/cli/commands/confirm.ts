import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import type { ContextOf } from './command.ts';

interface ConfirmOptions {
  readonly serial?: string;
  readonly type?: string;
  readonly crl?: string;
}

/** Adds what vouches for suspended certificates to `weir device`. */
export function addConfirmCommand(device: Command, contextOf: ContextOf): void {
  device
    .command('confirm [name]')
    .description('vouch for certificates that are suspended because the log lacks entries')
    .option('--serial <hex>', 'one certificate')
    .option('--type <type>', 'those of every device of a type')
    .option('--crl <file>', 'all that a list of revoked certificates, newer than the gap, does not name')
    .action(async (name: string | undefined, options: ConfirmOptions, command: Command) => {
      const context = contextOf(command);
      const body = await bodyOf(name, options);
      const done = await context.withPlatform((client) =>
        client.json<{ confirmed: number; revoked: number }>('POST', '/v1/confirmations', { body }),
      );
      context.result(done, () => `confirmed: ${done.confirmed}, revoked by the list: ${done.revoked}\n`);
      context.next('status');
    });
}

async function bodyOf(
  name: string | undefined,
  { serial, type, crl }: ConfirmOptions,
): Promise<Record<string, string>> {
  const named = [name, serial, type, crl].filter((one) => one !== undefined);
  if (named.length !== 1) {
    throw new CliError('CLI_USAGE', 'Cannot confirm: name one of a device, --serial, --type, --crl');
  }
  if (name !== undefined) return { device: name };
  if (serial !== undefined) return { serial };
  return type === undefined ? { list: derOf(await readFile(crl ?? '')).toString('base64') } : { type };
}

/** A list in DER, or between the lines of PEM. @see RFC 7468 section 9 */
function derOf(file: Buffer): Buffer {
  const [, text] = /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/.exec(file.toString('latin1')) ?? [];
  return text === undefined ? file : Buffer.from(text, 'base64');
}
