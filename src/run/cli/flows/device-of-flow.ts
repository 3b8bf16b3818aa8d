import { parseIp } from '#declare/mud/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';
import { CliError } from '../errors.ts';

/** Of which devices flows are: all of one, or by the addresses of their ends. */
export type FlowOwner =
  | { readonly device: string }
  | {
      /** Devices by address, as `normalAddress` writes it. */
      readonly hosts: ReadonlyMap<string, string>;
    };

/**
 * Whose flows they are, by the words of the command line.
 *
 * @param device name of the one device; undefined where hosts are named
 * @param hosts words `address=device,…`
 * @throws {CliError} CLI_USAGE
 */
export function parseOwner(device: string | undefined, hosts: readonly string[]): FlowOwner {
  const words = hosts.flatMap((word) => word.split(',')).filter((word) => word.trim() !== '');
  if ((device === undefined) === (words.length === 0)) {
    throw new CliError('CLI_USAGE', 'Cannot tell whose flows these are: it takes either --device or --host', {
      hint: 'Name the one device, or --host 192.168.1.7=lamp-1,192.168.1.8=lamp-2',
    });
  }
  if (device !== undefined) return { device };
  const known = new Map<string, string>();
  for (const word of words) {
    const cut = word.lastIndexOf('=');
    const address = normalAddress(word.slice(0, cut).trim());
    const name = word.slice(cut + 1).trim();
    if (cut < 1 || address === null || name === '') {
      throw new CliError('CLI_USAGE', `Cannot use --host ${word}: it is not address=device`);
    }
    if (known.has(address)) throw new CliError('CLI_USAGE', `Cannot use --host ${word}: the address is named twice`);
    known.set(address, name);
  }
  return { hosts: known };
}

/** The flow as a reading of each device that is an end of it, with who opened it; none where no end is known. */
export function flowsOf(
  owner: FlowOwner,
  flow: FlowReading,
): readonly (readonly [device: string, flow: FlowReading])[] {
  if ('device' in owner) return [[owner.device, flow]];
  const at = (address: string | null): string | undefined =>
    address === null ? undefined : owner.hosts.get(normalAddress(address) ?? '');
  const [source, destination] = [at(flow.source_address), at(flow.destination_address)];
  const owned: [string, FlowReading][] = [];
  if (source !== undefined) owned.push([source, { ...flow, direction: 'out' }]);
  if (destination !== undefined && destination !== source) owned.push([destination, { ...flow, direction: 'in' }]);
  return owned;
}

function normalAddress(text: string): string | null {
  return parseIp(text)?.toHex() ?? null;
}
