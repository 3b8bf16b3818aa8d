import type { Json } from '#base/core/index.ts';
import { parseNetwork } from './ip-network.ts';
import type { IpNetwork } from './ip-network.ts';
import { fail, isObject, member, numberAt, textAt } from './json-place.ts';
import type { Place } from './json-place.ts';
import { plainName } from './judge-flow.ts';
import { ANY_PACKET, PEER_CLASSES } from './profile.ts';
import type { MudRule, PeerClass, PortMatch } from './profile.ts';

const ETHER_TYPES: Readonly<Record<string, number>> = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd };
const PROTOCOLS = { tcp: [6], udp: [17], icmp: [1, 58] } as const;
const PORT_BOUND = 65_535;

/**
 * Reads an access control entry as a rule seen from the device: of packets from the device the source is its own end.
 *
 * @param type of its list, such as `ipv4-acl-type`
 * @throws {MudError} MUD_PROFILE_INVALID
 * @see RFC 8519 section 4.1
 */
export function readRule(entry: Place, type: string, way: 'from' | 'to'): MudRule {
  const matches = member(entry, 'matches');
  const [own, peer] = way === 'from' ? ['source', 'destination'] : ['destination', 'source'];
  const [peerSide] = way === 'from' ? ['dst'] : ['src'];
  const unjudged: Record<string, Json> = {};
  const take = (container: string, known: readonly string[]): Place => {
    const place = member(matches, container);
    if (!isObject(place.value)) return place;
    const rest = Object.entries(place.value).filter(([name]) => !known.includes(name));
    if (rest.length > 0) unjudged[container] = Object.fromEntries(rest);
    return place;
  };
  for (const [name, value] of Object.entries(isObject(matches.value) ? matches.value : {})) {
    if (!['eth', 'ipv4', 'ipv6', 'tcp', 'udp', 'icmp', 'ietf-mud:mud'].includes(name)) unjudged[name] = value;
  }
  const eth = take('eth', ['ethertype', `${peer}-mac-address`]);
  const named = overOf(matches, type);
  const ip = take(named === 'ethernet' ? 'ipv4' : named, [
    'protocol',
    `ietf-acldns:${peerSide}-dnsname`,
    `${peer}-${named}-network`,
    `${own}-${named}-network`,
  ]);
  const peerNetwork = networkOf(member(ip, `${peer}-${named}-network`));
  // A few profiles have an IPv4 address in a match on IPv6: the address tells what is meant.
  const over = peerNetwork === null ? named : peerNetwork.bytes.length === 4 ? 'ipv4' : 'ipv6';
  const ports = member(matches, 'udp').value === undefined ? 'tcp' : 'udp';
  const transport = take(ports, [`${own}-port`, `${peer}-port`, 'ietf-mud:direction-initiated']);
  const icmp = take('icmp', ['type', 'code']);
  const name = member(ip, `ietf-acldns:${peerSide}-dnsname`);
  const mac = member(eth, `${peer}-mac-address`);
  return {
    ...ANY_PACKET,
    name: textAt(member(entry, 'name')),
    over,
    forwarding: forwardingOf(member(member(entry, 'actions'), 'forwarding')),
    etherType: etherTypeOf(member(eth, 'ethertype')),
    peerMac: mac.value === undefined ? null : textAt(mac).toLowerCase(),
    protocol: protocolOf(member(ip, 'protocol'), matches, ports, over),
    peerNetwork,
    deviceNetwork: networkOf(member(ip, `${own}-${named}-network`)),
    peerName: name.value === undefined ? null : plainName(textAt(name)),
    peerClass: classOf(member(matches, 'ietf-mud:mud')),
    devicePort: portOf(member(transport, `${own}-port`)),
    peerPort: portOf(member(transport, `${peer}-port`)),
    initiated: initiatedOf(member(transport, 'ietf-mud:direction-initiated')),
    icmpType: optional(member(icmp, 'type')),
    icmpCode: optional(member(icmp, 'code')),
    unjudged,
  };
}

function overOf(matches: Place, type: string): MudRule['over'] {
  if (member(matches, 'ipv6').value !== undefined) return 'ipv6';
  if (member(matches, 'ipv4').value !== undefined) return 'ipv4';
  const plain = type.replace(/^.*:/, '');
  return plain === 'ipv4-acl-type' ? 'ipv4' : plain === 'ipv6-acl-type' ? 'ipv6' : 'ethernet';
}

function protocolOf(asked: Place, matches: Place, ports: 'tcp' | 'udp', over: MudRule['over']): number | null {
  const found = optional(asked);
  const container = member(matches, 'icmp').value === undefined ? ports : 'icmp';
  if (found !== null || member(matches, container).value === undefined) return found;
  // A match on ports or ICMP types is one on the protocol too.
  return PROTOCOLS[container][container === 'icmp' && over === 'ipv6' ? 1 : 0] ?? null;
}

function optional(place: Place): number | null {
  return place.value === undefined ? null : numberAt(place);
}

function etherTypeOf(place: Place): number | null {
  if (place.value === undefined) return null;
  const known = typeof place.value === 'string' ? ETHER_TYPES[place.value] : undefined;
  return known ?? numberAt(place);
}

function forwardingOf(place: Place): MudRule['forwarding'] {
  const plain = textAt(place).replace(/^.*:/, '');
  return plain === 'accept' || plain === 'drop' || plain === 'reject'
    ? plain
    : fail(place, 'accept, drop or reject is expected');
}

function networkOf(place: Place): IpNetwork | null {
  if (place.value === undefined) return null;
  return parseNetwork(textAt(place)) ?? fail(place, 'a network such as 10.0.0.0/8 is expected');
}

function initiatedOf(place: Place): MudRule['initiated'] {
  if (place.value === undefined) return null;
  const word = textAt(place);
  return word === 'from-device' || word === 'to-device' ? word : fail(place, 'from-device or to-device is expected');
}

function classOf(mud: Place): PeerClass | null {
  for (const kind of PEER_CLASSES) {
    const place = member(mud, kind);
    if (place.value === undefined) continue;
    return { kind, value: typeof place.value === 'string' ? place.value : null };
  }
  return null;
}

/** A range, an operator with a port, or both, as a few published profiles have: then the range counts. */
function portOf(place: Place): PortMatch | null {
  if (place.value === undefined) return null;
  const port = (name: string): number => {
    const found = numberAt(member(place, name));
    return found <= PORT_BOUND ? found : fail(member(place, name), 'a port is at most 65535');
  };
  if (member(place, 'lower-port').value !== undefined) {
    const from = port('lower-port');
    const to = member(place, 'upper-port').value === undefined ? from : port('upper-port');
    return from <= to ? { from, to, not: false } : fail(place, 'the lower port is above the upper');
  }
  const operator = member(place, 'operator');
  const at = port('port');
  switch (operator.value === undefined ? 'eq' : textAt(operator)) {
    case 'eq':
      return { from: at, to: at, not: false };
    case 'neq':
      return { from: at, to: at, not: true };
    case 'lte':
      return { from: 0, to: at, not: false };
    case 'gte':
      return { from: at, to: PORT_BOUND, not: false };
    default:
      return fail(operator, 'eq, neq, lte or gte is expected');
  }
}
