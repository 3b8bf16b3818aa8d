import { ANY_PACKET, isInAny, LOCAL_NETWORKS, MULTICAST_NETWORKS, parseIp, parseNetwork } from '#declare/mud/index.ts';
import type { DeviceFlow, MudProfile, MudRule } from '#declare/mud/index.ts';

/** What a profile that is learnt says of itself. */
export interface ProfileAbout {
  readonly url: string;
  readonly systemInfo: string | null;
  /** RFC 3339. */
  readonly lastUpdate: string;
}

/** Ports of one kind of peer, or peers of one port, from which on they are taken for any. */
const MOST_PORTS = 16;
const MOST_PEERS = 64;
const TCP = 6;
const UDP = 17;
const DNS_PORT = 53;
const NTP_PORT = 123;

/** What flows have in common that one pair of rules allows. */
type Kind = Pick<MudRule, 'over' | 'protocol' | 'peerNetwork' | 'peerName' | 'peerClass' | 'icmpType'> & {
  readonly byDevice: boolean;
  /** Port of whoever was called; null for none. */
  readonly port: number | null;
};

/**
 * Learns a profile from flows that are taken for all a device needs: for each kind of peer, protocol and port a rule
 * for either way. Peers are told by name where it is known, else by class where they are local or servers of DNS or
 * time, else by address. A device that calls very many ports or peers gets a rule without them.
 *
 * @see RFC 8520 section 8; Hamza, Gharakheili, Sivaraman, "Combining MUD policies with SDN for IoT intrusion
 *   detection" (2018) for profiles from traffic
 */
export function learnProfile(flows: Iterable<DeviceFlow>, about: ProfileAbout): MudProfile {
  const kinds = new Map<string, Kind>();
  for (const flow of flows) {
    const kind = kindOf(flow);
    if (kind !== null) kinds.set(keyOf(kind), kind);
  }
  const widened = widen([...kinds.values()]);
  return {
    ...about,
    cacheValidity: 48,
    supported: true,
    more: {},
    from: widened.flatMap((kind, i) => ruleOf(kind, 'from', i)),
    to: widened.flatMap((kind, i) => ruleOf(kind, 'to', i)),
  };
}

function kindOf(flow: DeviceFlow): Kind | null {
  const { peerAddress, protocol, opened, icmpType } = flow;
  const peer = peerAddress === null ? null : parseIp(peerAddress);
  if (peerAddress === null || peer === null) return null;
  const byDevice = opened !== 'peer';
  const port = byDevice ? flow.peerPort : flow.devicePort;
  const base = { over: peer.length === 4 ? 'ipv4' : 'ipv6', protocol, byDevice, port, icmpType } as const;
  const any = { peerNetwork: null, peerName: null, peerClass: null };
  const [name] = flow.peerNames;
  if (isInAny(peer, MULTICAST_NETWORKS)) return { ...base, ...any, peerNetwork: parseNetwork(peerAddress) };
  const controller = byDevice ? standardController(protocol, port) : null;
  if (controller !== null) return { ...base, ...any, peerClass: { kind: 'controller', value: controller } };
  if (name !== undefined) return { ...base, ...any, peerName: name };
  if (isInAny(peer, LOCAL_NETWORKS)) return { ...base, ...any, peerClass: { kind: 'local-networks', value: null } };
  return { ...base, ...any, peerNetwork: parseNetwork(peerAddress) };
}

function standardController(protocol: number | null, port: number | null): string | null {
  if ((protocol === UDP || protocol === TCP) && port === DNS_PORT) return 'urn:ietf:params:mud:dns';
  return protocol === UDP && port === NTP_PORT ? 'urn:ietf:params:mud:ntp' : null;
}

/** First ports, then peers: of a kind that has very many, one is kept without them. */
function widen(kinds: readonly Kind[]): readonly Kind[] {
  const ports = collapse(
    kinds,
    (kind) => keyOf({ ...kind, port: null }),
    MOST_PORTS,
    (kind) => ({ ...kind, port: null }),
  );
  const anyPeer = (kind: Kind): Kind => ({ ...kind, peerNetwork: null, peerName: null });
  return collapse(ports, (kind) => keyOf(anyPeer(kind)), MOST_PEERS, anyPeer);
}

function collapse(
  kinds: readonly Kind[],
  group: (kind: Kind) => string,
  most: number,
  wider: (kind: Kind) => Kind,
): readonly Kind[] {
  return [...Map.groupBy(kinds, group).values()].flatMap((same) => (same.length > most ? [wider(same[0]!)] : same));
}

function keyOf({ peerNetwork, ...kind }: Kind): string {
  return JSON.stringify([kind, peerNetwork?.text ?? null]);
}

function ruleOf({ byDevice, port, ...kind }: Kind, way: 'from' | 'to', index: number): readonly MudRule[] {
  // Nothing comes from a group.
  const isGroup = kind.peerNetwork !== null && isInAny(kind.peerNetwork.bytes, MULTICAST_NETWORKS);
  if (isGroup && way === 'to') return [];
  const called = port === null ? null : { from: port, to: port, not: false };
  return [
    {
      ...ANY_PACKET,
      ...kind,
      // The answer has a type of its own.
      icmpType: (way === 'from') === byDevice ? kind.icmpType : null,
      name: `${way}-device-${index}`,
      peerPort: byDevice ? called : null,
      devicePort: byDevice ? null : called,
      initiated: kind.protocol === TCP ? (byDevice ? 'from-device' : 'to-device') : null,
    },
  ];
}
