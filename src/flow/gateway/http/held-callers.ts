import type { IncomingHttpHeaders } from 'node:http';
import { sha256Hex } from '#base/crypto/index.ts';
import type { PeerStatement } from './identity-header.ts';

/**
 * The header in which control says, with a 429, whom the gateway is to hold off: `caller` for all that the caller
 * sends, `route` for what it sends to the same method and path. It does not reach the caller.
 */
export const HOLD_HEADER = 'x-weir-hold';

/** Callers and routes that are held off at once; the oldest go first, and are then answered by control again. */
const MOST_HELD = 4_096;
const MOST_SECONDS = 60;

/** A request that is being told apart from others. */
export interface HeldKey {
  readonly caller: string;
  readonly route: string;
}

/** An answer that is given until its time is over. */
export interface Hold {
  /** Milliseconds of a monotonic clock. */
  readonly until: number;
  /** Fields of control's answer that are repeated. */
  readonly fields: Readonly<Record<string, string>>;
  readonly violated: readonly string[];
}

/**
 * Callers whom control has refused for their rate: until their time has come they are answered here, so that a flood
 * does not take control's time from others.
 *
 * A caller is told apart by certificate, else by network and credential as it was sent. Whether that is valid is not
 * known here; whoever sends another one is asked about anew.
 */
export class HeldCallers {
  readonly #nowMs: () => number;
  readonly #holds = new Map<string, Hold>();

  /** @param nowMs monotonic milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#holds.size;
  }

  find({ caller, route }: HeldKey): Hold | null {
    return this.#alive(caller) ?? this.#alive(`${caller} ${route}`);
  }

  /** Takes note of an answer of control that tells to hold somebody off. */
  note(key: HeldKey, { [HOLD_HEADER]: scope, ...headers }: IncomingHttpHeaders): void {
    if (scope !== 'caller' && scope !== 'route') return;
    const seconds = Math.min(Number(headers['retry-after']) || 1, MOST_SECONDS);
    const place = scope === 'caller' ? key.caller : `${key.caller} ${key.route}`;
    this.#holds.delete(place);
    this.#holds.set(place, {
      until: this.#nowMs() + seconds * 1_000,
      fields: { 'ratelimit-policy': one(headers['ratelimit-policy']), ratelimit: one(headers['ratelimit']) },
      violated: exhausted(one(headers['ratelimit'])),
    });
    const [oldest] = this.#holds.keys();
    if (this.#holds.size > MOST_HELD && oldest !== undefined) this.#holds.delete(oldest);
  }

  /** Whole seconds until a hold is over, at least 1. */
  secondsLeft({ until }: Hold): number {
    return Math.max(1, Math.ceil((until - this.#nowMs()) / 1_000));
  }

  #alive(place: string): Hold | null {
    const hold = this.#holds.get(place);
    if (hold === undefined) return null;
    if (hold.until > this.#nowMs()) return hold;
    this.#holds.delete(place);
    return null;
  }
}

/** How a request is told apart from those of others. */
export function heldKeyOf(
  peer: PeerStatement,
  prefix: string,
  method: string,
  url: string,
  authorization: string | undefined,
): HeldKey {
  const path = url.split('?', 1)[0] ?? '';
  const caller =
    peer.fingerprint ?? (authorization === undefined ? prefix : sha256Hex(Buffer.from(`${prefix} ${authorization}`)));
  return { caller, route: path.length <= 64 ? `${method} ${path}` : sha256Hex(Buffer.from(`${method} ${path}`)) };
}

function one(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}

/** Names of the policies of which nothing is left, as the field `RateLimit` of our own has them. */
function exhausted(field: string): string[] {
  return [...field.matchAll(/"((?:[^"\\]|\\.)*)";r=0(?=;|,|$)/g)].map(([, name = '']) =>
    name.replaceAll(/\\(.)/g, '$1'),
  );
}
