import { decodeUtf8 } from '#base/core/index.ts';
import type { QuarantinedReading } from '#flow/journal/index.ts';
import { countIn, rewriteWithout } from './rewrite-quarantine.ts';
import type { QuarantineFilesParts } from './rewrite-quarantine.ts';

/** What a person is called in a member of the readings of a stream. */
export interface QuarantinedSubject {
  readonly stream: string;
  readonly column: string;
  readonly values: readonly (string | number)[];
}

/** How many refused readings that are kept as evidence are about a person. */
export async function countQuarantined(
  subject: readonly QuarantinedSubject[],
  parts: QuarantineFilesParts,
): Promise<number> {
  if (subject.length === 0) return 0;
  return (await countIn((reading) => isAbout(reading, subject), parts)).found;
}

/**
 * Takes the evidence about a person out of quarantine.
 *
 * @returns how many readings went
 * @throws {ServerError} SERVER_ERASURE_INCOMPLETE where a file is still written to
 */
export async function eraseQuarantined(
  subject: readonly QuarantinedSubject[],
  parts: QuarantineFilesParts,
): Promise<number> {
  if (subject.length === 0) return 0;
  return rewriteWithout((reading) => isAbout(reading, subject), parts);
}

/** Evidence is JSON that ingest made of declared members; identifiers are tokens in it, of whatever type they came in. */
function isAbout({ stream, payload }: QuarantinedReading, subject: readonly QuarantinedSubject[]): boolean {
  const named = subject.filter((each) => each.stream === stream);
  if (named.length === 0 || payload.length === 0) return false;
  const members = JSON.parse(decodeUtf8(payload)) as Readonly<Record<string, unknown>>;
  return named.some(({ column, values }) => {
    const value = Object.hasOwn(members, column) ? members[column] : undefined;
    return values.some((wanted) => value === wanted || (typeof value === 'string' && value === String(wanted)));
  });
}
