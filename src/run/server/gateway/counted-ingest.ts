import { PROBE_DEVICE } from '#base/core/index.ts';
import type { IngestPort, SessionLedger } from '#flow/gateway/index.ts';
import { REASON, reasonOf } from '#flow/ingest/index.ts';
import type { Ingest } from '#flow/ingest/index.ts';
import type { RefusedReadings } from '../control/refusal-book.ts';

/** Devices, streams and reasons that are told apart between two reports. */
const MOST_REFUSED = 4_096;

/** What one worker's ingest took and refused, and which devices it heard when. */
export interface IngestCounts {
  /** Refused readings by device, stream and reason since the last report; see `takeRefused`. */
  readonly refused: Map<string, number>;
  /** Readings by number of the reason. */
  readonly byReason: Float64Array;
  /** Epoch microseconds at which each device was heard last, by its index; 0 for never. */
  readonly lastSeen: Float64Array;
}

/**
 * The ingest of a worker as its listeners see it, counting on the way. Arrays, not maps: this is on the path of every
 * reading.
 */
export function countedIngest(ingest: Ingest, ledger: SessionLedger, counts: IngestCounts): IngestPort {
  const { byReason, lastSeen, refused } = counts;
  const count = (device: string, stream: string, reason: number): void => {
    // What comes of the prober is in the log, and in no count that people see.
    if (!device.startsWith(PROBE_DEVICE)) byReason[reason]! += 1;
    if (reason <= REASON.duplicate.number) return;
    // Names of streams that there are not are any number, and would take the place of what others were refused for.
    const key = `${reason} ${reason === REASON.notAStream.number ? '' : stream} ${device}`;
    const place = refused.has(key) || refused.size < MOST_REFUSED ? key : `${reason}  `;
    refused.set(place, (refused.get(place) ?? 0) + 1);
  };
  return {
    get busy() {
      return ingest.busy;
    },
    get place() {
      return ingest.place;
    },
    get dropped() {
      return ingest.dropped;
    },
    admit(sender, stream, about, payload, format, received) {
      const reason = ingest.admit(sender, stream, about, payload, format, received);
      count(about.name, stream, reason);
      lastSeen[sender.index] = received;
      return reason;
    },
    admitMany(sender, stream, about, payload, format, received) {
      const outcomes = ingest.admitMany(sender, stream, about, payload, format, received);
      for (const reason of outcomes.reasons) count(about.name, stream, reason);
      lastSeen[sender.index] = received;
      return outcomes;
    },
    allowance: (about, stream, now) => ingest.allowance(about, stream, now),
    refuse(device, stream, reason, payload) {
      count(device, '', reason);
      return ingest.refuse(device, stream, reason, payload);
    },
    recordSession(session, event) {
      ledger.note(session, event);
      ingest.recordSession(session, event);
    },
    recordEvent: (about, kind, detail, client, received) => ingest.recordEvent(about, kind, detail, client, received),
    durable: () => ingest.durable(),
  };
}

/** What was refused since the last call; names of streams that came from outside and are not declared are left out. */
export function takeRefused(
  { refused }: IngestCounts,
  isStream: (name: string) => boolean,
): readonly RefusedReadings[] {
  const taken = [...refused].map(([key, count]) => {
    const [number = '', stream = '', device = ''] = key.split(' ');
    return { device, stream: isStream(stream) ? stream : '', reason: reasonOf(Number(number))?.word ?? number, count };
  });
  refused.clear();
  return taken;
}

/** Refused readings by the word of their reason. */
export function refusedByWord(byReason: Float64Array): Record<string, number> {
  const refused: Record<string, number> = {};
  for (const [number, count] of byReason.entries()) {
    if (count > 0 && number > REASON.duplicate.number) refused[reasonOf(number)?.word ?? String(number)] = count;
  }
  return refused;
}
