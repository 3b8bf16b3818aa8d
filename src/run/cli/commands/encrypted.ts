import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { fromBase64, toBase64 } from '#base/core/index.ts';
import { FLEET_SUM_PARAMETERS, FleetSum, MOST_FLEET_VALUE } from '#base/crypto/index.ts';
import { CliError } from '../errors.ts';
import { readBytes } from '../read-text-file.ts';
import type { ContextOf } from './command.ts';

interface SumRow {
  readonly count: number;
  readonly unreadable: number;
  readonly sum: string;
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Sums over values that stay encrypted: keys, what a device sends, and the sum, opened here. */
export function addEncryptedCommand(program: Command, contextOf: ContextOf): void {
  const encrypted = program.command('encrypted').description('sums over values that the platform cannot read');

  encrypted
    .command('keys <folder>')
    .description('make keys: public.key for devices, secret.key for whoever asks for sums')
    .action(async (folder: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const { publicKey, secretKey } = (await FleetSum.open()).makeKeys();
      const files = [join(folder, 'secret.key'), join(folder, 'public.key')] as const;
      const there = files.find((file) => existsSync(file));
      if (there !== undefined) {
        throw new CliError('CLI_FILE_EXISTS', `Cannot write keys to ${folder}: there is ${there} already`, {
          hint: 'Name another folder: what was encrypted under keys that go is read by nobody any more',
        });
      }
      await mkdir(folder, { recursive: true });
      await writeFile(files[0], secretKey, { mode: 0o600, flag: 'wx' });
      await writeFile(files[1], publicKey, { flag: 'wx' });
      const { degree, bits, security } = FLEET_SUM_PARAMETERS;
      const made = { folder, scheme: 'CKKS', degree, bits, security };
      context.result(made, () => `keys of ${security} bits are in ${folder}: secret.key never leaves you\n`);
      context.next(`encrypted seal 4.2 --key ${join(folder, 'public.key')}`);
    });

  encrypted
    .command('seal <value>')
    .description('what a device sends for a value, in Base64')
    .requiredOption('--key <file>', 'public.key')
    .action(async (value: string, { key }: { key: string }, command: Command) => {
      const context = contextOf(command);
      const number = Number(value);
      if (value.trim() === '' || !(Math.abs(number) <= MOST_FLEET_VALUE)) {
        const range = `from -${MOST_FLEET_VALUE} to ${MOST_FLEET_VALUE}`;
        throw new CliError('CLI_USAGE', `Cannot encrypt ${value}: it is no number ${range}`, {
          hint: 'Send greater values in a greater unit, such as kW for W',
        });
      }
      const sealed = toBase64((await FleetSum.open()).seal(await readBytes(key), number));
      context.result({ sealed }, () => `${sealed}\n`);
    });

  encrypted
    .command('sum <view>')
    .description('sum, mean and variance over the newest value of each device')
    .requiredOption('--column <name>', 'the column with what devices sent')
    .requiredOption('--key <file>', 'secret.key')
    .option('--purpose <purpose>', 'what it is for')
    .action(
      async (
        view: string,
        { column, key, purpose }: { column: string; key: string; purpose?: string },
        command: Command,
      ) => {
        const context = contextOf(command);
        const secretKey = await readBytes(key);
        const body = { view, column, ...(purpose === undefined ? {} : { purpose }) };
        const { sum, count, unreadable, bytes, milliseconds } = await context.withPlatform((client) =>
          client.json<SumRow>('POST', '/v1/encrypted-sums', { body }),
        );
        const fleet = await FleetSum.open();
        const moments = fleet.open(secretKey, fromBase64(sum));
        if (moments.count !== count)
          throw new CliError(
            'CLI_USAGE',
            `Cannot open the sum: of ${count} values some were encrypted under another key`,
          );
        const cost = { bytes, milliseconds, unreadable };
        context.result({ ...moments, ...cost }, ({ mean, variance, varianceError }) =>
          [
            `sum ${moments.sum}, mean ${mean}, variance ${variance} (to ${varianceError.toPrecision(1)}) of ${count} devices`,
            `cost: ${bytes} bytes read, ${milliseconds.toFixed(0)} ms to add${unreadable === 0 ? '' : `; ${unreadable} could not be read`}`,
            '',
          ].join('\n'),
        );
      },
    );
}
