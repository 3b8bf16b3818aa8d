import { BlockList, isIP } from 'node:net';

/** Addresses that are of this machine. */
const OWN = listOf(['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128']);
/** Addresses that no receiver has: links, where machines of clouds tell secrets, groups, documentation and tests. */
const NEVER = listOf([
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  'fe80::/10',
  'ff00::/8',
  '2001:db8::/32',
  'fd00:ec2::254/128',
]);
/** Addresses of networks of one's own. @see RFC 1918, RFC 4193, RFC 6598 */
const PRIVATE = listOf(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']);
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Where a webhook may be reached. */
export interface Reach {
  readonly network: 'public' | 'private';
  /** The address that stands in the template is of this machine. */
  readonly own: boolean;
}

/** Whether a message may be sent to an address that a name stands for: asked of the very address that is connected to. */
export function mayReach(address: string, { network, own }: Reach): boolean {
  const plain = MAPPED.exec(address)?.[1] ?? address;
  const family = isIP(plain);
  if (family === 0) return false;
  const within = (list: BlockList): boolean => list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  if (within(OWN)) return own && !within(UNSPECIFIED);
  if (own || within(NEVER)) return false;
  return network === 'private' || !within(PRIVATE);
}

const UNSPECIFIED = listOf(['0.0.0.0/8', '::/128']);

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
