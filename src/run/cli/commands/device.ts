import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { enrolHints } from '#trust/identity/index.ts';
import type { EncryptionAdvice } from '#trust/identity/index.ts';
import type { CommandContext } from '../command-context.ts';
import { refusalOf } from '../errors.ts';
import { findPlatform } from '../locate.ts';
import { readCount } from '../read-number.ts';
import { readTextFile } from '../read-text-file.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { addConfirmCommand } from './confirm.ts';
import { addDescribeCommands } from './describe-device.ts';
import { addEnrolmentCommands } from './device-enrolment.ts';
import { addRevokeCommand } from './revoke.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

export interface DeviceRow {
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly created: string;
  readonly lastSeen: string | null;
  readonly certificateExpires: string | null;
  readonly speaksFor: readonly string[];
  readonly posture?: { readonly state: string };
  readonly profile?: { readonly endsIn: number; readonly endsBecause: string } | null;
}

export interface Enrolment {
  readonly device: DeviceRow;
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  /** Null where the template has its type no more. */
  readonly advice: EncryptionAdvice | null;
}

/** Without a key where the device made its own. */
type DeviceEnrolment = Omit<Enrolment, 'key'> & Partial<Pick<Enrolment, 'key'>>;

export function addDeviceCommand(program: Command, contextOf: ContextOf): void {
  const device = program
    .command('device')
    .description(
      'devices: enrol, token, expect, list, show, set, posture, disable, enable, revoke, confirm, speaks-for',
    );

  writingFiles(device.command('enrol <name>'))
    .description('give a device a certificate and print how it publishes')
    .requiredOption('--type <type>', 'device type of the template')
    .option('--days <n>', 'days that the certificate is valid (default: as the template says)')
    .option('--csr <file>', 'certificate request of a device that made its own key')
    .option('--key <kind>', 'kind of the key that is made: advised, ecdsa-p256, ecdsa-p384, ed25519, ml-dsa-65')
    .option('--out <folder>', 'folder for key and certificates (default: ./<name>)')
    .action(async (name: string, options: EnrolOptions, command: Command) => {
      await enrol(contextOf(command), name, options);
    });

  addEnrolmentCommands(device, contextOf);

  device
    .command('list')
    .description('the inventory')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { devices } = await context.withPlatform((client) =>
        client.json<{ devices: DeviceRow[] }>('GET', '/v1/devices'),
      );
      context.result(devices, showDevices);
    });

  device
    .command('show <name>')
    .description('one device')
    .action(async (name: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const found = await context.withPlatform((client) =>
        client.json<DeviceRow>('GET', `/v1/devices/${encodeURIComponent(name)}`),
      );
      context.result(found, (row) =>
        formatTable(
          ['field', 'value'],
          Object.entries(row).map(([k, v]: [string, unknown]) => [k, showValue(v)]),
        ),
      );
    });

  for (const verb of ['disable', 'enable'] as const) {
    device
      .command(`${verb} <name>`)
      .description(verb === 'disable' ? 'cut a device off, at once' : 'let a disabled device in again')
      .action(async (name: string, _options: object, command: Command) => {
        const context = contextOf(command);
        const path = `/v1/devices/${encodeURIComponent(name)}/${verb}`;
        const row = await context.withPlatform((client) => client.json<DeviceRow>('POST', path, { body: {} }));
        context.result(row, () => `${name} is ${row.status}\n`);
      });
  }

  addRevokeCommand(device, contextOf);
  addConfirmCommand(device, contextOf);
  addDescribeCommands(device, contextOf);

  device
    .command('speaks-for <name> <types...>')
    .description('let a gateway device publish for devices of these types (none: `-`)')
    .action(async (name: string, types: string[], _options: object, command: Command) => {
      const context = contextOf(command);
      const body = { types: types.filter((type) => type !== '-') };
      const path = `/v1/devices/${encodeURIComponent(name)}/speaks-for`;
      const row = await context.withPlatform((client) => client.json<DeviceRow>('POST', path, { body }));
      context.result(row, () => `${name} speaks for ${row.speaksFor.join(', ') || 'nobody'}\n`);
    });
}

interface EnrolOptions extends AskOptions {
  readonly type: string;
  readonly days?: string;
  readonly csr?: string;
  readonly key?: string;
  readonly out?: string;
}

async function enrol(context: CommandContext, name: string, options: EnrolOptions): Promise<void> {
  const platform = await findPlatform(context.options.data);
  const { type, days, csr, key } = options;
  const body = {
    name,
    type,
    ...(days === undefined ? {} : { days: readCount(days, '--days', 1, 3_650) }),
    ...(csr === undefined ? {} : { csr: await readTextFile(csr) }),
    ...(key === undefined ? {} : { key }),
  };
  const folder = options.out ?? name;
  const files = {
    key: join(folder, 'device.key'),
    certificate: join(folder, 'device.crt'),
    authority: join(folder, 'ca.crt'),
    advice: join(folder, 'advice.json'),
  };
  // A name that is taken is refused, whatever lies in the folder of its device.
  const yes = options.yes === true || (await isEnrolled(context, name));
  const out = await OutFiles.open(context, { yes }, ...Object.values(files));
  const made = await context.withPlatform((client) => client.json<DeviceEnrolment>('POST', '/v1/devices', { body }));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made.key !== undefined) await out.write(files.key, made.key, 0o600);
  await out.write(files.certificate, made.certificate);
  await out.write(files.authority, made.authority);
  if (made.advice !== null) await out.write(files.advice, `${JSON.stringify(made.advice, null, 2)}\n`);
  const { streams } = await context.withPlatform((client) =>
    client.json<{ streams: { name: string; from: string[]; example: Record<string, string | number | boolean> }[] }>(
      'GET',
      '/v1/streams',
    ),
  );
  const stream = streams.find(
    ({ from, name: streamName }) => from.includes(options.type) && !streamName.startsWith('_'),
  );
  const hints =
    stream === undefined
      ? null
      : enrolHints({
          ...files,
          host: 'localhost',
          mqttPort: platform.address.ports.mqtt,
          httpsPort: platform.address.ports.https,
          stream: stream.name,
          example: stream.example,
        });
  context.result({ ...made.device, files, hints }, () => {
    const what = made.key === undefined ? 'its certificates' : 'its key and certificates';
    const lines = [`${name} is enrolled as ${options.type}; ${what} are in ${folder}/`];
    if (made.advice !== null) lines.push(`what it should be encrypted with, and why: ${files.advice}`);
    if (hints !== null) lines.push('', 'publish over MQTT:', hints.mosquitto, '', 'or over HTTPS:', hints.curl);
    return `${lines.join('\n')}\n`;
  });
  if (stream !== undefined) context.next(await lookAt(context, stream.name, name));
}

/** The command that shows what a device sent, or how the platform is where the view is not for who asks. */
async function lookAt(context: CommandContext, stream: string, device: string): Promise<string> {
  const { views } = await context.withPlatform((client) =>
    client.json<{ views: { name: string; purposes: readonly string[] }[] }>('GET', '/v1/views'),
  );
  const view = views.find(({ name }) => name === stream);
  if (view === undefined) return 'status';
  // Where there are several purposes one has to be stated.
  const purpose = view.purposes.length > 1 ? `--purpose ${view.purposes[0]} ` : '';
  return `query ${purpose}"select * from ${stream} where device = '${device}'"`;
}

function isEnrolled(context: CommandContext, name: string): Promise<boolean> {
  return context.withPlatform((client) =>
    client.json<DeviceRow>('GET', `/v1/devices/${encodeURIComponent(name)}`).then(
      () => true,
      (error: unknown) => {
        if (refusalOf(error) !== null) return false;
        throw error;
      },
    ),
  );
}

/** A value in a table of two columns: what holds others as `name: value`. */
function showValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(showValue).join(', ');
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  return Object.entries(value)
    .map(([name, part]): [string, string] => [name, showValue(part)])
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name}: ${text}`)
    .join('; ');
}

/** The year in which a device ends, and why. */
function endOf({ profile }: DeviceRow): string | null {
  return profile === undefined || profile === null ? null : `${profile.endsIn} (${profile.endsBecause})`;
}

function showDevices(devices: readonly DeviceRow[]): string {
  return formatTable(
    ['device', 'type', 'status', 'last seen', 'certificate until', 'posture', 'until', 'speaks for'],
    devices.map((row) => [
      row.name,
      row.type,
      row.status,
      row.lastSeen,
      row.certificateExpires,
      row.posture?.state ?? null,
      endOf(row),
      row.speaksFor.join(','),
    ]),
  );
}
