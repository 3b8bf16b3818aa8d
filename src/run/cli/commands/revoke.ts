import type { Command } from 'commander';
import { GIVEN_REASONS } from '#trust/identity/index.ts';
import { CliError } from '../errors.ts';
import { readCount } from '../read-number.ts';
import type { ContextOf } from './command.ts';

interface RevokeOptions {
  readonly serial?: string;
  readonly type?: string;
  readonly issuer?: string;
  readonly reason: string;
}

/** What a revocation did, as the platform says it. */
export interface RevokeAnswer {
  readonly devices: number;
  readonly certificates: number;
  readonly reason: string;
}

/** Adds what takes certificates back to `weir device`. */
export function addRevokeCommand(device: Command, contextOf: ContextOf): void {
  device
    .command('revoke [name]')
    .description('take a device or certificates back for ever; live sessions end at once')
    .option('--serial <hex>', 'one certificate; its device keeps the others')
    .option('--type <type>', 'every device of a type')
    .option('--issuer <n>', 'every certificate that an issuing authority gave')
    .option('--reason <reason>', `why: ${GIVEN_REASONS.join(', ')}`, 'unspecified')
    .action(async (name: string | undefined, options: RevokeOptions, command: Command) => {
      const context = contextOf(command);
      const body = { ...targetOf(name, options), reason: options.reason };
      const done = await context.withPlatform((client) =>
        client.json<RevokeAnswer>('POST', '/v1/revocations', { body }),
      );
      context.result(
        done,
        () => `revoked: ${count(done.devices, 'device')}, ${count(done.certificates, 'certificate')}\n`,
      );
      context.next('device list');
    });
}

function targetOf(name: string | undefined, { serial, type, issuer }: RevokeOptions): Record<string, string | number> {
  const targets = {
    ...(name === undefined ? {} : { device: name }),
    ...(serial === undefined ? {} : { serial }),
    ...(type === undefined ? {} : { type }),
    ...(issuer === undefined ? {} : { issuer: readCount(issuer, '--issuer', 1, 1_000_000) }),
  };
  if (Object.keys(targets).length === 1) return targets;
  throw new CliError('CLI_USAGE', 'Cannot revoke: name one of a device, --serial, --type, --issuer');
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
