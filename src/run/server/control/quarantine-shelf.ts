import { formatMicros, micros } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import { escapeControls, expectedOf, expiredQuarantine, readQuarantine, reasonOf } from '#flow/ingest/index.ts';
import type { QuarantinedItem } from '#flow/ingest/index.ts';
import { FileJournalReader, nodeFiles } from '#flow/journal/index.ts';
import type { Consents } from '#trust/consent/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { ApiError } from '../api/errors.ts';
import type { QuarantineReader } from '../api/services.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';

export interface QuarantineShelfParts {
  readonly directory: string;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly template: () => Template;
  readonly consents: Pick<Consents, 'covers'>;
  readonly shown: Pick<ShownDomains, 'rowsOf'>;
}

/** Refused readings that are kept as evidence, for those who may read them; the decision and its log entry come before. */
export class QuarantineShelf implements QuarantineReader {
  readonly #parts: QuarantineShelfParts;

  constructor(parts: QuarantineShelfParts) {
    this.#parts = parts;
  }

  /** The newest of a filter, without payloads. */
  async list({ limit, ...filter }: { device?: string; stream?: string; limit: number }): Promise<readonly unknown[]> {
    const newest: QuarantinedItem[] = [];
    for await (const item of this.#read(filter)) {
      newest.push(item);
      // Files are read oldest first: keep a little more than asked for, and cut now and then.
      if (newest.length >= limit * 2) newest.splice(0, newest.length - limit);
    }
    return newest
      .slice(-limit)
      .reverse()
      .map((item) => this.#summary(item));
  }

  /** @throws {ApiError} API_READING_UNKNOWN */
  async show(id: string): Promise<unknown> {
    for await (const item of this.#read({})) {
      if (item.id.replaceAll('/', '.') !== id) continue;
      return { ...this.#summary(item), payload: escapeControls(this.#shown(item)) };
    }
    throw new ApiError('API_READING_UNKNOWN', 'Cannot show reading: quarantine holds none of that id', {
      hint: 'See `npm run -s weir -- quarantine list`',
    });
  }

  #summary({ id, reading }: QuarantinedItem): object {
    const { device, stream, via, reason, received, place, length } = reading;
    const declared = this.#parts.template().streams.get(stream);
    return {
      // A slash would split the path of a request.
      id: id.replaceAll('/', '.'),
      device,
      stream,
      via,
      reason: reasonOf(reason)?.word ?? String(reason),
      place: escapeControls(place),
      // As it is declared now, which is what whoever mends the device or the template needs.
      expected: declared === undefined ? null : expectedOf(declared, reason, place),
      received: formatMicros(micros(received)),
      length,
    };
  }

  /** The payload as text, with tokens as they are shown. */
  #shown({ reading: { stream, payload } }: QuarantinedItem): string {
    const text = Buffer.from(payload).toString('utf8');
    const members = membersOf(text);
    if (members === null) return text;
    const [shown] = this.#parts.shown.rowsOf(stream, [members]);
    // As it came, where nothing of it is shown in another way.
    return shown === members ? text : JSON.stringify(shown);
  }

  /** Removes files whose time is over, with their keys. */
  async expire(): Promise<void> {
    const { keys, clock, template } = this.#parts;
    const expired = expiredQuarantine(await this.#reader().files(), clock.now(), template().limits.quarantineAge);
    if (expired.length === 0) return;
    const ids = expired.map(({ fileId }) => fileId);
    await keys.removeFileKeys('weir:control', ids);
    for (const { path } of expired) await nodeFiles.remove(path);
  }

  async *#read(filter: { device?: string; stream?: string }): AsyncIterable<QuarantinedItem> {
    const { clock, template } = this.#parts;
    const since = clock.now() - template().limits.quarantineAge * 1_000;
    for await (const item of readQuarantine(this.#reader(), { ...filter, since })) {
      if (this.#mayBeShown(item)) yield item;
    }
  }

  /** What is there by consent is shown while the person agrees: what they took back meanwhile is not. */
  #mayBeShown({ reading: { stream, payload } }: QuarantinedItem): boolean {
    const declared = this.#parts.template().streams.get(stream);
    if (declared?.basis !== 'consent' || payload.length === 0) return true;
    const members = JSON.parse(Buffer.from(payload).toString('utf8')) as Readonly<Record<string, unknown>>;
    const subject = members[declared.subject ?? ''];
    return typeof subject === 'string' && this.#parts.consents.covers(stream, subject);
  }

  #reader(): FileJournalReader {
    const { directory, keys } = this.#parts;
    const key = (fileId: string) =>
      keys.openFileKey({ actor: 'weir:control', resource: `quarantine:${fileId}` }, fileId);
    return new FileJournalReader({ directory, keys: { key } });
  }
}

function membersOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
