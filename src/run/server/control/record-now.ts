import { formatMicros, micros } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import { CONTROLS } from '#assure/controls/index.ts';
import { processingRecord } from '#assure/privacy/index.ts';
import type { ProcessingRecord } from '#assure/privacy/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { BackupKeeper } from '../backup/backup-keeper.ts';
import type { SegmentHost } from './segment-host.ts';
import type { TransferBook } from './transfer-book.ts';

export interface RecordNowParts {
  readonly template: () => Template;
  readonly segments: Pick<SegmentHost, 'active'>;
  readonly backups: Pick<BackupKeeper, 'places'>;
  readonly transfers: Pick<TransferBook, 'inForce'>;
  readonly clock: Clock;
}

/** The record of processing as of now: what is declared, held against what is stored, and where it goes. */
export async function recordNow(parts: RecordNowParts): Promise<ProcessingRecord> {
  const { template, segments, backups, transfers, clock } = parts;
  const stored = (await segments.active()).flatMap(({ stream, columns }) =>
    columns.map(({ name, class: cls }) => ({ stream, column: name, class: cls })),
  );
  const places = (await backups.places()).map(({ target, region }) => ({ place: `backup:${target}`, region }));
  const sent = transfers.inForce().map(({ from, to, mechanism, document, expires }) => ({
    from,
    to,
    mechanism,
    document,
    until: formatMicros(micros(expires)),
  }));
  return processingRecord(template(), stored, CONTROLS, clock.now(), { places, transfers: sent });
}
