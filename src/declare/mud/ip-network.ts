/** Bytes of an IP address: 4 or 16. */
export type IpBytes = Uint8Array;

/** A network: as it is written with its length, its address and how many bits of it count. */
export interface IpNetwork {
  readonly text: string;
  readonly bytes: IpBytes;
  readonly bits: number;
}

/** The bytes of an IPv4 or IPv6 address in text, without zone; null if it is none. */
export function parseIp(text: string): IpBytes | null {
  if (text.includes(':')) return parseIpv6(text);
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes = new Uint8Array(4);
  for (const [i, part] of parts.entries()) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    bytes[i] = Number(part);
  }
  return bytes;
}

/** @see RFC 4291 section 2.2 */
function parseIpv6(text: string): IpBytes | null {
  if (text.length > 45) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  // The last 32 bits may be written as IPv4.
  const last = groups.at(-1)!.at(-1);
  if (last?.includes('.') === true) {
    const tail = parseIp(last);
    if (tail === null) return null;
    groups.at(-1)!.splice(-1, 1, ((tail[0]! << 8) | tail[1]!).toString(16), ((tail[2]! << 8) | tail[3]!).toString(16));
  }
  const [head = [], tail] = groups;
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return null;
  const all = [...head, ...Array.from({ length: 8 - given }, () => '0'), ...(tail ?? [])];
  const bytes = new Uint8Array(16);
  for (const [i, group] of all.entries()) {
    if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return null;
    const value = Number.parseInt(group, 16);
    bytes[2 * i] = value >> 8;
    bytes[2 * i + 1] = value & 0xff;
  }
  return bytes;
}

/** A network such as `10.0.0.0/8`, or a single address; null if it is none. */
export function parseNetwork(text: string): IpNetwork | null {
  const [address = '', length, rest] = text.split('/');
  const bytes = parseIp(address);
  if (bytes === null || rest !== undefined) return null;
  if (length === undefined) return { text: `${address}/${bytes.length * 8}`, bytes, bits: bytes.length * 8 };
  if (!/^\d{1,3}$/.test(length) || Number(length) > bytes.length * 8) return null;
  return { text, bytes, bits: Number(length) };
}

/** Networks by how they are written; those that are none are left out. */
export function parseNetworks(texts: readonly string[]): readonly IpNetwork[] {
  return texts.map(parseNetwork).filter((network) => network !== null);
}

/** Whether an address lies in one of some networks. */
export function isInAny(address: IpBytes, networks: readonly IpNetwork[]): boolean {
  return networks.some((network) => isInNetwork(address, network));
}

/** Whether an address lies in a network; never where one is IPv4 and the other IPv6. */
export function isInNetwork(address: IpBytes, { bytes, bits }: IpNetwork): boolean {
  if (address.length !== bytes.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== bytes[i]) return false;
  const left = bits & 7;
  return left === 0 || (address[whole]! ^ bytes[whole]!) >> (8 - left) === 0;
}

/** Networks that are not of the internet: private, link-local, multicast, broadcast. @see RFC 6890 */
export const LOCAL_NETWORKS: readonly IpNetwork[] = parseNetworks([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '127.0.0.0/8',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '0.0.0.0/32',
  'fe80::/10',
  'fc00::/7',
  'ff00::/8',
  '::1/128',
  '::/128',
]);

/** Groups and broadcast. */
export const MULTICAST_NETWORKS: readonly IpNetwork[] = parseNetworks([
  '224.0.0.0/4',
  '255.255.255.255/32',
  'ff00::/8',
]);
