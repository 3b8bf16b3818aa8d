import { LEAST_PEERS, sortedFinite, standing } from '#learn/features/index.ts';
import type { DeviceBaseline } from './device-judge.ts';

/** What is usual for a field among the devices of a stream, and where one of them stands. */
export interface PeerField {
  readonly name: string;
  /** Median of the centres of the others, and their robust spread. */
  readonly centre: number;
  readonly spread: number;
  /** How many of these spreads, or of its own where that is greater, the device lies from it. */
  readonly position: number;
}

/** The other devices of a stream, as one holds against them. */
export interface PeerGroup {
  readonly devices: number;
  readonly fields: readonly PeerField[];
}

/** A device beside the others of its stream; null where there are too few. */
export function peerGroup(own: DeviceBaseline, others: readonly DeviceBaseline[]): PeerGroup | null {
  const peers = others.filter(({ device }) => device !== own.device);
  if (peers.length < LEAST_PEERS) return null;
  const fields = own.fields.map(({ name, centre, spread }, i): PeerField => {
    const stands = standing(
      centre,
      sortedFinite(Float64Array.from(peers, (peer) => peer.fields[i]?.centre ?? NaN)),
      spread,
    );
    return { name, centre: stands?.centre ?? NaN, spread: stands?.spread ?? NaN, position: stands?.position ?? NaN };
  });
  return { devices: peers.length, fields };
}
