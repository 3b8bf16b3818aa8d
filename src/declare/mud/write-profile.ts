import type { Json } from '#base/core/index.ts';
import type { MudProfile, MudRule, PortMatch } from './profile.ts';

type Members = Readonly<Record<string, Json>>;

const ETHER_TYPES = new Map([
  [0x0800, 'ipv4'],
  [0x0806, 'arp'],
  [0x86dd, 'ipv6'],
]);
const TRANSPORTS = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [1, 'icmp'],
  [58, 'icmp'],
]);

/**
 * Writes a profile in the RFC's form, one list for each way and kind of packet.
 *
 * @see RFC 8520 section 2.1, RFC 8519 section 4.1
 */
export function formatMud(profile: MudProfile): string {
  const [from, to] = [listsOf('from', profile.from), listsOf('to', profile.to)];
  const policy = (lists: readonly Members[]): Json => ({
    'access-lists': { 'access-list': lists.map(({ name }) => ({ name: name! })) },
  });
  const document: Json = {
    'ietf-mud:mud': {
      'mud-version': 1,
      'mud-url': profile.url,
      'last-update': profile.lastUpdate,
      ...(profile.systemInfo === null ? {} : { systeminfo: profile.systemInfo }),
      'cache-validity': profile.cacheValidity,
      'is-supported': profile.supported,
      ...profile.more,
      'from-device-policy': policy(from),
      'to-device-policy': policy(to),
    },
    'ietf-access-control-list:acls': { acl: [...from, ...to] },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Rules of one type of list stand together; their order within it stays. */
function listsOf(way: 'from' | 'to', rules: readonly MudRule[]): readonly Members[] {
  const names = new Set<string>();
  return [...Map.groupBy(rules, typeOf)].map(([type, entries]) => ({
    name: `${way}-device-${type.replace(/-acl-type$/, '')}`,
    type,
    aces: { ace: entries.map((rule) => entryOf(way, rule, uniqueName(rule.name, names))) },
  }));
}

function typeOf({ over, etherType, peerMac }: MudRule): string {
  if (over === 'ethernet') return 'eth-acl-type';
  return etherType === null && peerMac === null ? `${over}-acl-type` : `mixed-eth-${over}-acl-type`;
}

function uniqueName(name: string, names: Set<string>): string {
  let unique = name;
  for (let i = 2; names.has(unique); i++) unique = `${name}-${i}`;
  names.add(unique);
  return unique;
}

function entryOf(way: 'from' | 'to', rule: MudRule, name: string): Json {
  const [own, peer, side] = way === 'from' ? ['source', 'destination', 'dst'] : ['destination', 'source', 'src'];
  const { over, etherType, peerMac, protocol, peerClass, unjudged } = rule;
  const eth: Members = {
    ...(peerMac === null ? {} : { [`${peer}-mac-address`]: peerMac }),
    ...(etherType === null ? {} : { ethertype: ETHER_TYPES.get(etherType) ?? etherType }),
  };
  const ip: Members = {
    ...(protocol === null ? {} : { protocol }),
    ...(rule.peerNetwork === null ? {} : { [`${peer}-${over}-network`]: rule.peerNetwork.text }),
    ...(rule.deviceNetwork === null ? {} : { [`${own}-${over}-network`]: rule.deviceNetwork.text }),
    ...(rule.peerName === null ? {} : { [`ietf-acldns:${side}-dnsname`]: rule.peerName }),
  };
  const carried: Members = {
    ...portAt(`${own}-port`, rule.devicePort),
    ...portAt(`${peer}-port`, rule.peerPort),
    ...(rule.initiated === null ? {} : { 'ietf-mud:direction-initiated': rule.initiated }),
    ...(rule.icmpType === null ? {} : { type: rule.icmpType }),
    ...(rule.icmpCode === null ? {} : { code: rule.icmpCode }),
  };
  // YANG's empty leaf is a list of null in JSON (RFC 7951 section 6.9).
  const mud: Members = peerClass === null ? {} : { [peerClass.kind]: peerClass.value ?? [null] };
  const matches = merged(unjudged, {
    'ietf-mud:mud': mud,
    eth,
    ...(over === 'ethernet' ? {} : { [over]: ip }),
    [TRANSPORTS.get(protocol ?? -1) ?? 'tcp']: carried,
  });
  return { name, matches, actions: { forwarding: rule.forwarding } };
}

/** Containers that match nothing are left out. */
function merged(unjudged: Members, containers: Readonly<Record<string, Members>>): Members {
  const all: Record<string, Json> = { ...unjudged };
  for (const [name, members] of Object.entries(containers)) {
    if (Object.keys(members).length > 0) all[name] = { ...(all[name] as Members | undefined), ...members };
  }
  return all;
}

function portAt(name: string, match: PortMatch | null): Members {
  if (match === null) return {};
  const { from, to, not } = match;
  return {
    [name]: from === to ? { operator: not ? 'neq' : 'eq', port: from } : { 'lower-port': from, 'upper-port': to },
  };
}
