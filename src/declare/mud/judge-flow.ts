import type { DeviceFlow } from './device-flow.ts';
import { isInAny, isInNetwork, LOCAL_NETWORKS, MULTICAST_NETWORKS, parseIp } from './ip-network.ts';
import type { IpBytes, IpNetwork } from './ip-network.ts';
import type { MudProfile, MudRule, PeerClass, PortMatch } from './profile.ts';

/** What a network says of the classes that profiles speak of. */
export interface MudSite {
  /** Networks that are local; those that are not of the internet where none is given. */
  readonly local?: readonly IpNetwork[];
  /** Addresses by class: the URI of a controller, the authority of a maker, the URL of a model, or `my-controller`. */
  readonly peers?: ReadonlyMap<string, readonly IpNetwork[]>;
  /** Whether names of peers are seen at all. Where they are not, a rule by name matches whoever has no name. */
  readonly namesSeen: boolean;
}

/** What a profile says of a flow. */
export type MudVerdict =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /** Packets of which way are refused. */
      readonly way: 'from-device' | 'to-device';
      /** The rule that refuses; null where none allows it. */
      readonly rule: string | null;
    };

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const ALLOWED: MudVerdict = { allowed: true };

/**
 * Judges a flow by a profile: packets of each way have to match a rule that accepts them, the first that matches
 * counts. Classes that the site says nothing of are taken wide: makers, models and controllers are the local network,
 * but the standard URNs for DNS and NTP are any address, since their rules name the port.
 *
 * @see RFC 8520 sections 3 and 8, RFC 8519 section 3
 */
export function judgeFlow(profile: MudProfile, flow: DeviceFlow, site: MudSite): MudVerdict {
  const { sent, received, opened } = flow;
  // A flow of which neither is known was at least opened.
  const from = sent || (!received && opened !== 'peer');
  const to = received || (!sent && opened === 'peer');
  const peer = flow.peerAddress === null ? null : parseIp(flow.peerAddress);
  if (from) {
    const verdict = judgeWay(profile.from, 'from-device', flow, peer, site);
    if (!verdict.allowed) return verdict;
  }
  // Packets that the device sends to a group come to it from whoever answers, so only those from it are judged.
  if (to && !(from && peer !== null && isInAny(peer, MULTICAST_NETWORKS))) {
    return judgeWay(profile.to, 'to-device', flow, peer, site);
  }
  return ALLOWED;
}

function judgeWay(
  rules: readonly MudRule[],
  way: 'from-device' | 'to-device',
  flow: DeviceFlow,
  peer: IpBytes | null,
  site: MudSite,
): MudVerdict {
  for (const rule of rules) {
    if (!matches(rule, flow, peer, site)) continue;
    return rule.forwarding === 'accept' ? ALLOWED : { allowed: false, way, rule: rule.name };
  }
  return { allowed: false, way, rule: null };
}

function matches(rule: MudRule, flow: DeviceFlow, peer: IpBytes | null, site: MudSite): boolean {
  const etherType = flow.etherType ?? (peer === null ? null : peer.length === 4 ? IPV4 : IPV6);
  if (rule.over === 'ipv4' && etherType !== null && etherType !== IPV4) return false;
  if (rule.over === 'ipv6' && etherType !== null && etherType !== IPV6) return false;
  return (
    (rule.etherType === null || rule.etherType === etherType) &&
    (rule.peerMac === null || flow.peerMac === null || rule.peerMac === flow.peerMac.toLowerCase()) &&
    isSame(rule.protocol, flow.protocol) &&
    isSame(rule.icmpType, flow.icmpType) &&
    // Flow logs tell of types more often than of codes.
    (flow.icmpCode === null || isSame(rule.icmpCode, flow.icmpCode)) &&
    isPort(rule.peerPort, flow.peerPort) &&
    isPort(rule.devicePort, flow.devicePort) &&
    (rule.initiated === null ||
      flow.opened === null ||
      (rule.initiated === 'from-device') === (flow.opened === 'device')) &&
    (rule.peerNetwork === null || (peer !== null && isInNetwork(peer, rule.peerNetwork))) &&
    (rule.peerName === null || isNamed(rule.peerName, flow, site)) &&
    (rule.peerClass === null || isOfClass(rule.peerClass, peer, site))
  );
}

/** What is asked for has to be so; what a flow does not tell cannot match. */
function isSame(asked: number | null, found: number | null): boolean {
  return asked === null || asked === found;
}

function isPort(asked: PortMatch | null, found: number | null): boolean {
  return asked === null || (found !== null && (found >= asked.from && found <= asked.to) !== asked.not);
}

function isNamed(name: string, { peerNames, peerAddress }: DeviceFlow, { namesSeen }: MudSite): boolean {
  // A few profiles have addresses where names belong.
  if (peerNames.some((one) => plainName(one) === name) || peerAddress === name) return true;
  return !namesSeen && peerNames.length === 0 && parseIp(name) === null;
}

/** As names are compared: lower case, without the dot of the root. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function isOfClass({ kind, value }: PeerClass, peer: IpBytes | null, site: MudSite): boolean {
  if (peer === null) return false;
  const known = site.peers?.get(value ?? kind);
  if (known !== undefined) return isInAny(peer, known);
  if (value === 'urn:ietf:params:mud:dns' || value === 'urn:ietf:params:mud:ntp') return true;
  return isInAny(peer, site.local ?? LOCAL_NETWORKS);
}
