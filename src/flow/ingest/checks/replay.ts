import { SEQ } from '#trust/identity/index.ts';
import type { DeviceTable } from '#trust/identity/index.ts';
import { REASON } from '../reasons.ts';
import type { Row } from '../row.ts';

/**
 * Whether a reading with a `seq` is new: the same `seq` and content is a duplicate, with other content or outside the
 * window a replay. Where another worker holds the same reading and it is not durable yet, neither "stored" nor
 * "refused" would be true, so the sender is asked to come again. The record is locked by the caller.
 */
export function checkReplay(table: DeviceTable, record: number, row: Row, hash: number, mark: number): number {
  switch (table.judgeSeq(record, row.seq, hash, mark)) {
    case SEQ.fresh:
      return REASON.admitted.number;
    case SEQ.duplicate:
      return REASON.duplicate.number;
    case SEQ.pending:
      return REASON.tryLater.number;
    case SEQ.replay:
      row.place = 'seq';
      return REASON.replay.number;
  }
}
