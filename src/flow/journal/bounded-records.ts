import type { WindowSnapshot } from '#trust/identity/index.ts';
import type { JournalRecord, SessionEvent } from './record.ts';

/** What one record takes of many things, about: a frame would take more, and a reader opens it in one piece. */
const RECORD_BYTES = 4 * 1_048_576;
/** What a window of `seq` takes at most. */
const WINDOW_BYTES = 256;

/** Any number of session events as records that each fit a frame: how many there are is up to devices. */
export function sessionRecords(events: readonly SessionEvent[]): JournalRecord[] {
  return inPieces(events, ({ session, event }) => session.length + event.length).map((piece) => ({
    kind: 'session',
    events: piece,
  }));
}

/** The same for windows of `seq`. */
export function windowRecords({ hashKey, windows }: WindowSnapshot): JournalRecord[] {
  return inPieces(windows, () => WINDOW_BYTES).map((piece) => ({
    kind: 'windows',
    snapshot: { hashKey, windows: piece },
  }));
}

function inPieces<T>(all: readonly T[], bytesOf: (one: T) => number): T[][] {
  const pieces: T[][] = [];
  let left = 0;
  for (const one of all) {
    const bytes = bytesOf(one);
    if (bytes > left || pieces.length === 0) {
      pieces.push([]);
      left = RECORD_BYTES;
    }
    pieces.at(-1)!.push(one);
    left -= bytes;
  }
  return pieces;
}
