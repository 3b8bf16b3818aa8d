import type { Command } from 'commander';
import { GIVEN_REASONS } from '#trust/identity/index.ts';
import { askFirst, askingFirst, counted } from '../ask-first.ts';
import type { AskOptions, Deed } from '../ask-first.ts';
import { CliError } from '../errors.ts';
import { readCount } from '../read-number.ts';
import type { ContextOf } from './command.ts';

interface RevokeOptions extends AskOptions {
  readonly serial?: string;
  readonly type?: string;
  readonly issuer?: string;
  readonly reason: string;
}

/** What a revocation takes back. */
interface Revoked {
  readonly devices: number;
  readonly certificates: number;
}

/** What a revocation did, as the platform says it. */
export interface RevokeAnswer extends Revoked {
  readonly reason: string;
}

/** Adds what takes certificates back to `weir device`. */
export function addRevokeCommand(device: Command, contextOf: ContextOf): void {
  askingFirst(device.command('revoke [name]'))
    .description('take a device or certificates back for ever; live sessions end at once')
    .option('--serial <hex>', 'one certificate; its device keeps the others')
    .option('--type <type>', 'every device of a type')
    .option('--issuer <n>', 'every certificate that an issuing authority gave')
    .option('--reason <reason>', `why: ${GIVEN_REASONS.join(', ')}`, 'unspecified')
    .action(async (name: string | undefined, options: RevokeOptions, command: Command) => {
      const context = contextOf(command);
      const target = targetOf(name, options);
      const body = { ...target, reason: options.reason };
      const done = await context.withPlatform(async (client) => {
        if (options.yes !== true) {
          const query = new URLSearchParams(Object.entries(target).map(([what, value]) => [what, String(value)]));
          const goes = await client.json<Revoked>('GET', `/v1/revocations/going?${query.toString()}`);
          await askFirst(context, revoking(target, goes));
        }
        return client.json<RevokeAnswer>('POST', '/v1/revocations', { body });
      });
      context.result(done, () => `revoked: ${takenBack(done)}\n`);
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

/** A certificate that is revoked never counts again: whose it was enrols anew. */
function revoking(target: Readonly<Record<string, string | number>>, goes: Revoked): Deed {
  const [[what, value] = ['device', '']] = Object.entries(target);
  const named = what === 'device' ? String(value) : `${what} ${value}`;
  return { deed: `revoke ${named}`, goes: `${takenBack(goes)} would be taken back for ever, live sessions at once` };
}

function takenBack({ devices, certificates }: Revoked): string {
  return `${counted(devices, 'device')}, ${counted(certificates, 'certificate')}`;
}
