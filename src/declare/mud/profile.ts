import type { Json } from '#base/core/index.ts';
import type { IpNetwork } from './ip-network.ts';

/**
 * What a maker says that a device needs of the network: everything else is not for it.
 *
 * @see RFC 8520, Manufacturer Usage Description
 */
export interface MudProfile {
  /** Where the profile is published; names the device type. */
  readonly url: string;
  /** RFC 3339. */
  readonly lastUpdate: string;
  /** Hours, 1 to 168. */
  readonly cacheValidity: number;
  readonly supported: boolean;
  readonly systemInfo: string | null;
  /** Further members of the container `ietf-mud:mud`, as they are: maker, model, signature, extensions. */
  readonly more: Readonly<Record<string, Json>>;
  /** Rules for packets from the device and to it, the first that matches counts; where none does, it is refused. */
  readonly from: readonly MudRule[];
  readonly to: readonly MudRule[];
}

/** An access control entry, as seen from the device. Null matches everything. @see RFC 8519 */
export interface MudRule {
  readonly name: string;
  readonly forwarding: 'accept' | 'drop' | 'reject';
  /** Which packets it is about: 4 and 6 by the version of IP, `ethernet` of whatever Ethernet carries. */
  readonly over: 'ipv4' | 'ipv6' | 'ethernet';
  /** EtherType, such as 0x0806 for ARP. */
  readonly etherType: number | null;
  readonly peerMac: string | null;
  /** IANA number of what IP carries. */
  readonly protocol: number | null;
  readonly peerNetwork: IpNetwork | null;
  readonly deviceNetwork: IpNetwork | null;
  readonly peerName: string | null;
  readonly peerClass: PeerClass | null;
  readonly devicePort: PortMatch | null;
  readonly peerPort: PortMatch | null;
  /** Who opened the connection; TCP only. */
  readonly initiated: 'from-device' | 'to-device' | null;
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  /** Matches that flows do not tell of, such as flags or DSCP, as they were read: they are taken to hold. */
  readonly unjudged: Readonly<Record<string, Json>>;
}

/** Peers by what they are. @see RFC 8520 section 8 */
export interface PeerClass {
  readonly kind: (typeof PEER_CLASSES)[number];
  /** Authority, URL or URN; null for those that need none. */
  readonly value: string | null;
}

export const PEER_CLASSES = [
  'local-networks',
  'controller',
  'my-controller',
  'manufacturer',
  'same-manufacturer',
  'model',
] as const;

/** Ports from one to another, both allowed; or all but those. */
export interface PortMatch {
  readonly from: number;
  readonly to: number;
  readonly not: boolean;
}

/** What no rule restricts. */
export const ANY_PACKET: Omit<MudRule, 'name' | 'over'> = {
  forwarding: 'accept',
  etherType: null,
  peerMac: null,
  protocol: null,
  peerNetwork: null,
  deviceNetwork: null,
  peerName: null,
  peerClass: null,
  devicePort: null,
  peerPort: null,
  initiated: null,
  icmpType: null,
  icmpCode: null,
  unjudged: {},
};
