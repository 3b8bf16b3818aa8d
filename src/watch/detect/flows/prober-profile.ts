import { formatMud, readMud } from '#declare/mud/index.ts';
import type { MudProfile } from '#declare/mud/index.ts';
import { deviceFlowOf, learnProfile } from '#learn/flows/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';

/** A flow of the prober to its cloud, which its profile allows. Addresses are those of RFC 5737. */
export const PROBER_FLOW = {
  direction: 'out',
  source_address: '192.0.2.7',
  source_port: 40_000,
  destination_address: '198.51.100.1',
  destination_port: 443,
  protocol: 'tcp',
} as const satisfies Partial<FlowReading>;

/** Further peers on the same port, which its profile allows too: what a channel is told from the others by is how it is used. */
export const PROBER_PEERS: readonly string[] = Array.from({ length: 17 }, (_, i) => `198.51.100.${10 + i}`);

/** A flow of which nothing is known. */
export const UNKNOWN_FLOW: FlowReading = {
  time: 0,
  uid: null,
  direction: null,
  source_address: null,
  source_port: null,
  destination_address: null,
  destination_port: null,
  protocol: 'tcp',
  service: null,
  duration: null,
  source_bytes: null,
  destination_bytes: null,
  source_packets: null,
  destination_packets: null,
  state: null,
  query: null,
  response_code: null,
  peer_name: null,
};

/** What the prober needs of the network: learnt from its flows, written as RFC 8520 has it, and read again. */
export function proberProfile(): MudProfile {
  const about = { url: 'https://prober.invalid/mud', systemInfo: 'the prober', lastUpdate: '2026-01-01T00:00:00Z' };
  const peers = [PROBER_FLOW.destination_address, ...PROBER_PEERS];
  const flows = peers.map((peer) => deviceFlowOf({ ...UNKNOWN_FLOW, ...PROBER_FLOW, destination_address: peer }));
  return readMud(formatMud(learnProfile(flows, about)));
}
