import type { IngestPort } from '#flow/gateway/index.ts';
import { SessionLedger } from '#flow/gateway/index.ts';
import { REASON, reasonOf } from '#flow/ingest/index.ts';
import type { Ingest } from '#flow/ingest/index.ts';

/** What one worker's ingest took and refused, and which devices it heard when. */
export interface IngestCounts {
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
  const { byReason, lastSeen } = counts;
  return {
    get busy() {
      return ingest.busy;
    },
    admit(sender, stream, about, payload, format, received) {
      const reason = ingest.admit(sender, stream, about, payload, format, received);
      byReason[reason]! += 1;
      lastSeen[sender.index] = received;
      return reason;
    },
    admitMany(sender, stream, about, payload, format, received) {
      const outcomes = ingest.admitMany(sender, stream, about, payload, format, received);
      for (const reason of outcomes.reasons) byReason[reason]! += 1;
      lastSeen[sender.index] = received;
      return outcomes;
    },
    refuse(device, stream, reason, payload) {
      byReason[reason]! += 1;
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

/** Refused readings by the word of their reason. */
export function refusedByWord(byReason: Float64Array): Record<string, number> {
  const refused: Record<string, number> = {};
  for (const [number, count] of byReason.entries()) {
    if (count > 0 && number > REASON.duplicate.number) refused[reasonOf(number)?.word ?? String(number)] = count;
  }
  return refused;
}
