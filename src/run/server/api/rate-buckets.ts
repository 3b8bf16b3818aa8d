import type { ServiceLimit } from '#flow/gateway/index.ts';

/** A bound on requests: so many in a minute, evenly, and what comes in ten seconds at once. */
export interface RatePolicy {
  readonly name: string;
  /** Requests in a minute, at least 1. */
  readonly quota: number;
}

export interface RateVerdict {
  readonly allowed: boolean;
  /** What each policy leaves, in the order in which they were given. */
  readonly limits: readonly ServiceLimit[];
  /** Names of the policies that refuse. */
  readonly violated: readonly string[];
  /** Seconds until all of them have something again; at least 1 where it is not allowed. */
  readonly retryAfter: number;
}

interface Bucket {
  tokens: number;
  at: number;
  quota: number;
}

/**
 * What a bucket holds: as much as comes in so many seconds. A minute's worth at once would be a flood that is allowed.
 */
const BURST_S = 10;
/** It holds so many at least, as far as a minute has them: people come in short bursts. */
const LEAST_BURST = 10;
/** How often full buckets are looked for, at most, to make room. */
const SWEEP_EVERY_MS = 1_000;
/** Buckets that are kept at once, some 100 bytes each. */
export const MOST_BUCKETS = 50_000;

/**
 * Token buckets of callers by policy.
 *
 * Their number is bounded: a bucket that is full again says nothing and goes when there are too many. Where all of them
 * are in use, newcomers share one bucket for each policy, so that inventing callers buys nothing.
 */
export class RateBuckets {
  readonly #nowMs: () => number;
  readonly #most: number;
  readonly #buckets = new Map<string, Bucket>();
  #swept = -SWEEP_EVERY_MS;

  /**
   * @param nowMs monotonic milliseconds
   * @param most buckets that are kept at once
   */
  constructor(nowMs: () => number, most: number = MOST_BUCKETS) {
    this.#nowMs = nowMs;
    this.#most = most;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes one request of a caller out of its bucket for each policy. A request that one of them refuses counts in the
   * others all the same: who floods one route, whatever its parameters, runs out everywhere.
   */
  take(caller: string, policies: readonly RatePolicy[]): RateVerdict {
    const now = this.#nowMs();
    const held = policies.map((policy) => ({ policy, bucket: this.#bucketOf(caller, policy, now) }));
    const violated = held.filter(({ bucket }) => bucket.tokens < 1).map(({ policy }) => policy.name);
    const allowed = violated.length === 0;
    for (const { bucket } of held) if (bucket.tokens >= 1) bucket.tokens -= 1;
    const waits = held
      .filter(({ policy }) => violated.includes(policy.name))
      .map(({ bucket }) => secondsToNext(bucket));
    return {
      allowed,
      limits: held.map(({ policy, bucket }) => ({
        policy: policy.name,
        quota: capacityOf(policy.quota),
        window: Math.ceil(capacityOf(policy.quota) / perSecond(policy.quota)),
        remaining: Math.floor(bucket.tokens),
        reset: secondsToNext(bucket),
      })),
      violated,
      retryAfter: allowed ? 0 : Math.max(1, ...waits),
    };
  }

  #bucketOf(caller: string, policy: RatePolicy, now: number): Bucket {
    const key = `${policy.name} ${caller}`;
    const known = this.#buckets.get(key) ?? this.#make(key, policy, now);
    refill(known, policy.quota, now);
    return known;
  }

  #make(key: string, policy: RatePolicy, now: number): Bucket {
    if (this.#buckets.size >= this.#most) this.#sweep(now);
    const place = this.#buckets.size < this.#most ? key : `${policy.name} *`;
    const bucket = this.#buckets.get(place) ?? { tokens: capacityOf(policy.quota), at: now, quota: policy.quota };
    this.#buckets.set(place, bucket);
    return bucket;
  }

  #sweep(now: number): void {
    if (now - this.#swept < SWEEP_EVERY_MS) return;
    this.#swept = now;
    for (const [key, bucket] of this.#buckets) {
      refill(bucket, bucket.quota, now);
      if (bucket.tokens >= capacityOf(bucket.quota)) this.#buckets.delete(key);
    }
  }
}

/** @param quota that of the template in force, which may have changed since */
function refill(bucket: Bucket, quota: number, now: number): void {
  bucket.quota = quota;
  bucket.tokens = Math.min(capacityOf(quota), bucket.tokens + ((now - bucket.at) / 1_000) * perSecond(quota));
  bucket.at = now;
}

function secondsToNext({ tokens, quota }: Bucket): number {
  return tokens >= capacityOf(quota) ? 0 : Math.ceil((1 - (tokens % 1)) / perSecond(quota));
}

function perSecond(quota: number): number {
  return quota / 60;
}

function capacityOf(quota: number): number {
  return Math.max(Math.min(quota, LEAST_BURST), Math.floor(perSecond(quota) * BURST_S));
}
