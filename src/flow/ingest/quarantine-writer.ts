import type { JournalWriter, QuarantinedReading } from '#flow/journal/index.ts';
import type { QuarantineSink } from './quarantine.ts';

/** What a `QuarantineWriter` is made of. */
export interface QuarantineWriterParts {
  /** Writes quarantine files: a journal writer of kind `quarantine`, with files of at most a day. */
  readonly journal: JournalWriter;
  /** Bytes that one device may leave with this worker in one day; asked anew each time. */
  readonly perDevice: () => number;
  /** Epoch microseconds. */
  readonly now: () => number;
  /** Hears how many readings could not be written; their counts stand in the journal all the same. */
  readonly onLost: (readings: number, error: unknown) => void;
}

/** What an entry takes besides its payload. */
const OVERHEAD = 128;
const FLUSH_BYTES = 256 * 1024;
const FLUSH_MS = 250;
const TURN_MS = 600_000;
const DAY = 86_400_000_000;
/** Readings that may wait for the disk; a disk that is this far behind keeps no further evidence. */
const MOST_WAITING = 16_384;

/**
 * Sets refused readings aside as evidence, sealed.
 *
 * Each device has a share of its own and nothing is evicted: a device that used up its share leaves counts and
 * digests only, and no flood of one pushes out what another left.
 */
export class QuarantineWriter implements QuarantineSink, AsyncDisposable {
  readonly #parts: QuarantineWriterParts;
  readonly #used = new Map<string, number>();
  #day = 0;
  #waiting: QuarantinedReading[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #tail: Promise<void> = Promise.resolve();

  readonly #turning: NodeJS.Timeout;

  constructor(parts: QuarantineWriterParts) {
    this.#parts = parts;
    // A file that nothing is added to must end as well, or what is in it could never go.
    this.#turning = setInterval(() => void this.#turn(), TURN_MS).unref();
  }

  room(device: string): number {
    const day = Math.floor(this.#parts.now() / DAY);
    if (day !== this.#day) {
      this.#day = day;
      this.#used.clear();
    }
    if (this.#waiting.length >= MOST_WAITING) return -1;
    return this.#parts.perDevice() - OVERHEAD - (this.#used.get(device) ?? 0);
  }

  keep(reading: QuarantinedReading): void {
    const size = OVERHEAD + reading.payload.length;
    this.#used.set(reading.device, (this.#used.get(reading.device) ?? 0) + size);
    this.#waiting.push(reading);
    this.#waitingBytes += size;
    if (this.#waitingBytes >= FLUSH_BYTES) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Resolves when what was kept so far is durable, or lost and told so. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const readings = this.#waiting;
    if (readings.length === 0) return this.#tail;
    this.#waiting = [];
    this.#waitingBytes = 0;
    const written = this.#parts.journal.append([{ kind: 'quarantined', readings }]);
    this.#tail = Promise.all([this.#tail, written]).then(
      () => undefined,
      (error: unknown) => this.#parts.onLost(readings.length, error),
    );
    return this.#tail;
  }

  async #turn(): Promise<void> {
    try {
      await this.#parts.journal.append([]);
    } catch (error) {
      this.#parts.onLost(0, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#turning);
    await this.flush();
    await this.#parts.journal.close();
  }
}

/**
 * A device's share of the quarantine with one worker and day, so that all shares together fit the whole.
 *
 * @param whole bytes of all quarantined payloads
 * @param age milliseconds that a payload is kept
 */
export function quarantineShare(whole: number, age: number, devices: number, workers: number): number {
  const days = Math.max(1, Math.ceil(age / 86_400_000) + 1);
  return Math.floor(whole / days / Math.max(1, devices) / Math.max(1, workers));
}
