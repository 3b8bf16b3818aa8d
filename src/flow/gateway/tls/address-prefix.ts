import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network that an address belongs to, for counting and for logs: an IPv4 address keeps 24 bits, an IPv6 address 48.
 * An IPv4 address mapped into IPv6 counts as IPv4; what is no address at all is `unknown`.
 *
 * @see RFC 6177 for the size of an IPv6 site, RFC 4291 section 2.5.5.2 for mapped addresses
 */
export function addressPrefix(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const plain = address.startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address;
  if (isIPv4(plain)) return `${plain.slice(0, plain.lastIndexOf('.'))}.0/24`;
  const zone = plain.indexOf('%');
  const bare = zone === -1 ? plain : plain.slice(0, zone);
  return isIPv6(bare) ? `${firstGroups(bare, 3).join(':')}::/48` : 'unknown';
}

/** The leading 16-bit groups of a valid IPv6 address, without leading zeros. */
function firstGroups(address: string, count: number): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: gap }, () => '0'), ...after];
  return groups.slice(0, count).map((group) => Number.parseInt(group, 16).toString(16));
}
