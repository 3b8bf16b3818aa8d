import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { fromBase64, hasCode, toBase64 } from '#base/core/index.ts';
import { FleetSum } from '#base/crypto/index.ts';
import type { ResultFormat } from '#flow/query/index.ts';
import type { Caller } from '../api/caller.ts';
import { ApiError } from '../api/errors.ts';
import type { StreamedReply } from '../api/streamed-reply.ts';

export interface EncryptedSumParts {
  readonly queries: {
    run(caller: Caller, request: SumQuery, signal: AbortSignal): Promise<StreamedReply>;
  };
}

/** The statement that a sum is made of, as the query service takes it. */
export interface SumQuery {
  readonly sql: string;
  readonly parameters: readonly never[];
  readonly purpose: string | null;
  readonly format: ResultFormat;
}

export interface EncryptedSum {
  /** Devices whose value is in it. */
  readonly count: number;
  /** Devices whose newest value is no ciphertext of the scheme's parameters; left out. */
  readonly unreadable: number;
  /** The ciphertext of the sum, in Base64. */
  readonly sum: string;
  /** What it cost: bytes that were read, and the time that adding took. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** A sum of fewer would tell of each of them. */
export const LEAST_DEVICES = 5;
/** Between so many ciphertexts whoever shares the thread gets a turn. */
const AT_ONCE = 4;

/** Sums over values that devices encrypted under a key that the platform does not have. */
export class EncryptedSums {
  readonly #parts: EncryptedSumParts;
  #fleet: Promise<FleetSum> | null = null;

  constructor(parts: EncryptedSumParts) {
    this.#parts = parts;
  }

  /** Adds up the newest value of each device. @throws {ApiError} API_SUM_REFUSED @throws {QueryError} what the query says */
  async add(
    caller: Caller,
    view: string,
    column: string,
    purpose: string | null,
    signal: AbortSignal,
  ): Promise<EncryptedSum> {
    this.#fleet ??= FleetSum.open();
    const fleet = await this.#fleet;
    const [name, of] = [column, view].map((each) => `"${each.replaceAll('"', '""')}"`);
    const sql = `SELECT arg_max(${name}, time) AS sealed FROM ${of} WHERE ${name} IS NOT NULL GROUP BY device`;
    const reply = await this.#parts.queries.run(caller, { sql, parameters: [], purpose, format: 'ndjson' }, signal);
    let sum: Uint8Array | null = null;
    let [count, unreadable, bytes, milliseconds] = [0, 0, 0, 0];
    for await (const line of createInterface({ input: Readable.from(reply.parts) })) {
      if (line === '') continue;
      const started = performance.now();
      const sealed = ciphertextOf(line);
      bytes += sealed?.length ?? 0;
      const next: Uint8Array | null = sealed === null ? null : added(fleet, sum, sealed);
      milliseconds += performance.now() - started;
      if (next === null) unreadable += 1;
      else {
        sum = next;
        count += 1;
      }
      if ((count + unreadable) % AT_ONCE === 0) await setImmediate();
    }
    if (sum === null || count < LEAST_DEVICES) {
      throw new ApiError(
        'API_SUM_REFUSED',
        `Cannot sum up ${view}: ${count} devices have a value, fewer than ${LEAST_DEVICES}` +
          (unreadable === 0 ? '' : `; of ${unreadable} more the newest is no encrypted value`),
      );
    }
    return { count, unreadable, sum: toBase64(sum), bytes, milliseconds };
  }
}

function ciphertextOf(line: string): Uint8Array | null {
  const { sealed } = JSON.parse(line) as { readonly sealed: unknown };
  try {
    return typeof sealed === 'string' ? fromBase64(sealed) : null;
  } catch {
    return null;
  }
}

/** Null where the bytes are no ciphertext. */
function added(fleet: FleetSum, sum: Uint8Array | null, sealed: Uint8Array): Uint8Array | null {
  try {
    return fleet.add(sum === null ? [sealed] : [sum, sealed]);
  } catch (error) {
    if (hasCode(error, 'CRYPTO_ENVELOPE_MALFORMED')) return null;
    throw error;
  }
}
