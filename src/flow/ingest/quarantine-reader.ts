import { formatMicros, micros } from '#base/core/index.ts';
import type { JournalFileInfo, JournalReader, QuarantinedReading } from '#flow/journal/index.ts';
import { reasonOf } from './reasons.ts';

/** Which quarantined readings to read; what is not named is not asked. */
export interface QuarantineFilter {
  readonly device?: string;
  readonly stream?: string;
  /** Reason word. */
  readonly reason?: string;
  /** Epoch microseconds: readings received before are left out, as when their time is up. */
  readonly since?: number;
}

/** A quarantined reading and the place by which it can be shown again. */
export interface QuarantinedItem {
  /** `<file>/<offset>/<number in its record>`. */
  readonly id: string;
  readonly reading: QuarantinedReading;
}

/** Reads quarantine for those whom the caller found allowed: nothing here asks who they are. */
export async function* readQuarantine(
  reader: JournalReader,
  filter: QuarantineFilter = {},
): AsyncGenerator<QuarantinedItem> {
  for await (const { position, record } of reader.read(new Map())) {
    if (record.kind !== 'quarantined') continue;
    for (const [i, reading] of record.readings.entries()) {
      if (matches(reading, filter)) yield { id: `${position.file}/${position.offset}/${i}`, reading };
    }
  }
}

function matches(reading: QuarantinedReading, { device, stream, reason, since }: QuarantineFilter): boolean {
  if (device !== undefined && reading.device !== device) return false;
  if (stream !== undefined && reading.stream !== stream) return false;
  if (since !== undefined && reading.received < since) return false;
  return reason === undefined || reasonOf(reading.reason)?.word === reason;
}

/**
 * Files whose time is up. Each file takes readings for a day at most, so what is in one that was begun `age` ago is
 * at most so old, and none is older.
 *
 * @param now epoch microseconds
 * @param age milliseconds, at least a day
 */
export function expiredQuarantine(
  files: readonly JournalFileInfo[],
  now: number,
  age: number,
): readonly JournalFileInfo[] {
  return files.filter(({ created, finished }) => finished && created + age * 1_000 <= now);
}

/** One line of text about a quarantined reading, safe on any terminal: whatever could steer one is escaped. */
export function formatQuarantined({ id, reading }: QuarantinedItem): string {
  const payload = Buffer.from(reading.payload).toString('utf8');
  const parts = [
    formatMicros(micros(reading.received)),
    id,
    reading.device,
    reading.stream,
    reasonOf(reading.reason)?.word ?? `reason-${reading.reason}`,
    reading.place === '' ? '-' : reading.place,
    `${reading.length} bytes`,
    payload === '' ? '-' : payload,
  ];
  return parts.map(escapeControls).join('  ');
}

/** Control characters, line and paragraph separators, and marks that turn the direction of text. */
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** The text with every character that a terminal would obey, or a reader not see, as `\uXXXX`. */
export function escapeControls(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
