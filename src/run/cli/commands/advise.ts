import type { Command } from 'commander';
import { CLASSES, parseRfc3339 } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import {
  DEVICE_CLASSES,
  INABILITIES,
  POWERS,
  formatDuration,
  isSystemName,
  parseDuration,
} from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { LINKS, adviseDevice, adviseEncryption, changedParts, premisesOf } from '#trust/identity/index.ts';
import type { EncryptionAdvice, EncryptionPart, EncryptionPremises } from '#trust/identity/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { readTemplate } from '../template-source.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { fileOf } from './plan.ts';

/** Devices that a text names; `--json` has all. */
const MOST_SHOWN = 20;

interface AdviseOptions {
  readonly type?: string;
  readonly class?: string;
  readonly power?: string;
  readonly link?: string;
  readonly dataClass?: string;
  readonly lifetime?: string;
  readonly cannot?: readonly string[];
}

/** A device as the inventory tells it, as far as it matters here. */
interface Enrolled {
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly created: string;
  readonly profile?: { readonly cannot: readonly string[] } | null;
}

/** The advice for one type of the template, or for premises by themselves. */
interface TypeAdvice {
  /** Null for premises by themselves. */
  readonly type: string | null;
  readonly advice: EncryptionAdvice;
  /** Parts whose answer differs from that for the type as it is declared. */
  readonly changed: readonly EncryptionPart[];
  /** Enrolled devices of it, with the parts in which the answer for each differs from that for the type as declared. */
  readonly devices: readonly { readonly name: string; readonly changed: readonly EncryptionPart[] }[];
}

/** Adds `weir advise`: what to choose, by a table of rules with their sources. */
export function addAdviseCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('advise')
    .description('advice by rules, each with its source: encryption')
    .command('encryption')
    .description('which encryption fits a device: of each type of the template, or by premises')
    .option('--type <name>', 'this type of the template alone')
    .option('--class <class>', `class of RFC 7228: ${DEVICE_CLASSES.join(', ')}`)
    .option('--power <power>', POWERS.join(', '))
    .option('--link <link>', LINKS.join(', '))
    .option('--data-class <class>', `strictest class of what it sends: ${CLASSES.join(', ')}`)
    .option('--lifetime <duration>', 'how long it is in use from now on, such as 12y')
    .option('--cannot <ability...>', `what it lacks, or none: ${INABILITIES.join(', ')}`)
    .action(async (options: AdviseOptions, command: Command) => {
      const context = contextOf(command);
      const told = readPremises(options);
      const now = (Date.now() * 1_000) as Micros;
      // A class and no type: nothing of a template is meant.
      const result =
        options.class !== undefined && options.type === undefined
          ? { platform: false, types: [alone(told, now)] }
          : await ofTemplate(context, options.type, told, now);
      context.result(result, ({ types }) => types.map(show).join('\n'));
      if (options.link === undefined) context.note('no link was named: taken is one that carries TLS (--link)');
      if (result.platform) context.next('crypto');
      else if (options.link === undefined) context.next('advise encryption --link cellular');
    });
}

function alone(told: Partial<EncryptionPremises>, now: Micros): TypeAdvice {
  const usual = { class: 'unconstrained', power: 'mains', link: 'ip', data: 'operational', cannot: [] } as const;
  return { type: null, advice: adviseEncryption({ lifetime: null, ...usual, ...told }, now), changed: [], devices: [] };
}

async function ofTemplate(
  context: CommandContext,
  type: string | undefined,
  told: Partial<EncryptionPremises>,
  now: Micros,
): Promise<{ platform: boolean; types: readonly TypeAdvice[] }> {
  const { template } = readTemplate(fileOf(context));
  const names = [...template.devices.keys()].filter((name) => !isSystemName(name));
  if (type !== undefined && !names.includes(type)) {
    throw new CliError('CLI_USAGE', `Cannot advise on type ${type}: the template has ${names.join(', ')}`);
  }
  const devices = await devicesOf(context);
  return {
    platform: devices !== null,
    types: (type === undefined ? names : [type]).map((name) => adviseType(template, name, told, devices ?? [], now)),
  };
}

function adviseType(
  template: Template,
  name: string,
  told: Partial<EncryptionPremises>,
  devices: readonly Enrolled[],
  now: Micros,
): TypeAdvice {
  const premises = premisesOf(template, name);
  if (premises === null) throw new TypeError(`no type ${name}`);
  const declared = adviseEncryption(premises, now);
  const advice = adviseEncryption({ ...premises, ...told }, now);
  const own = devices.filter((one) => one.type === name && one.status !== 'revoked');
  return {
    type: name,
    advice,
    changed: changedParts(declared, advice),
    devices: own.map((device) => {
      const known = {
        type: name,
        created: parseRfc3339(device.created) ?? now,
        cannot: device.profile?.cannot ?? null,
      };
      const itself = adviseDevice(template, known, now, told);
      return { name: device.name, changed: itself === null ? [] : changedParts(declared, itself) };
    }),
  };
}

/** What is enrolled; null where no platform runs. */
async function devicesOf(context: CommandContext): Promise<readonly Enrolled[] | null> {
  try {
    const { devices } = await context.withPlatform((client) =>
      client.json<{ devices: Enrolled[] }>('GET', '/v1/devices'),
    );
    return devices;
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'CLI_NO_PLATFORM') throw error;
    context.note('no platform runs here: devices are not listed');
    return null;
  }
}

function readPremises(options: AdviseOptions): Partial<EncryptionPremises> {
  const { lifetime, cannot } = options;
  const cls = oneOf('--class', options.class, DEVICE_CLASSES);
  const power = oneOf('--power', options.power, POWERS);
  const link = oneOf('--link', options.link, LINKS);
  const data = oneOf('--data-class', options.dataClass, CLASSES);
  const length = lifetime === undefined ? undefined : parseDuration(lifetime);
  if (length === null) {
    throw new CliError('CLI_USAGE', `Cannot use --lifetime ${lifetime}: it is no duration such as 12y`);
  }
  const lacks = cannot?.filter((one) => one !== 'none').map((one) => oneOf('--cannot', one, INABILITIES) ?? one);
  return {
    ...(cls === undefined ? {} : { class: cls }),
    ...(power === undefined ? {} : { power }),
    ...(link === undefined ? {} : { link }),
    ...(data === undefined ? {} : { data }),
    ...(length === undefined ? {} : { lifetime: length }),
    ...(lacks === undefined ? {} : { cannot: lacks }),
  };
}

function oneOf<T extends string>(option: string, word: string | undefined, words: readonly T[]): T | undefined {
  if (word === undefined) return undefined;
  const found = words.find((one) => one === word);
  if (found !== undefined) return found;
  throw new CliError('CLI_USAGE', `Cannot use ${option} ${word}: it is one of ${words.join(', ')}`);
}

function show({ type, advice, changed, devices }: TypeAdvice): string {
  const { class: cls, power, link, data, lifetime, cannot } = advice.premises;
  const life = lifetime === null ? 'no lifetime declared' : `in use for ${formatDuration(lifetime)}`;
  const lacks = cannot.length === 0 ? '' : `; cannot: ${cannot.join(', ')}`;
  const title = `${type ?? 'a device'}: class ${cls}, ${power}, link ${link}, data ${data}, ${life}${lacks}\n`;
  const table = formatTable(
    ['part', 'answer', 'mode', 'key bits', 'days', 'because', 'source'],
    advice.parts.map(({ part, choice, mode, keyBits, everyDays, why, source }) => [
      changed.includes(part) ? `${part} (changed)` : part,
      choice,
      mode,
      keyBits,
      everyDays,
      why,
      source,
    ]),
  );
  const cautions = advice.cautions.map(({ text, source }) => `caution: ${text} (${source})\n`).join('');
  return `${title}${table}${cautions}${showAffected(devices)}`;
}

function showAffected(devices: TypeAdvice['devices']): string {
  if (devices.length === 0) return '';
  const affected = devices.filter(({ changed }) => changed.length > 0);
  const names = affected.slice(0, MOST_SHOWN).map(({ name, changed }) => `  ${name}: ${changed.join(', ')}\n`);
  const head = `${devices.length} devices; for ${affected.length} the answer differs from that for the type as declared\n`;
  const rest = affected.length > MOST_SHOWN ? `  and ${affected.length - MOST_SHOWN} more\n` : '';
  return `${head}${names.join('')}${rest}`;
}
