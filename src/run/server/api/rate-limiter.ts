import type { Clock } from '#base/core/index.ts';
import type { Limits } from '#declare/template/index.ts';
import { RateBuckets } from './rate-buckets.ts';
import type { RateVerdict } from './rate-buckets.ts';
import { networkOf } from './caller.ts';
import type { VerifiedPeer } from './caller.ts';

/** Bounds the requests of each caller, over all routes and to each, by the limits of the template in force. */
export class RateLimiter {
  readonly #buckets: RateBuckets;
  readonly #limits: () => Limits;

  constructor(clock: Clock, limits: () => Limits) {
    this.#buckets = new RateBuckets(() => clock.monotonicMs());
    this.#limits = limits;
  }

  /**
   * A request of somebody known.
   *
   * @param actor as the log names them: one count, whatever credentials and connections they use
   * @param route method and path as the route declares them
   * @param quota the route's own, where it has one
   */
  ofCaller(actor: string, route: string, quota = Infinity): RateVerdict {
    const { callerRequests, routeRequests } = this.#limits();
    return this.#buckets.take(actor, [
      { name: 'caller', quota: callerRequests },
      { name: route, quota: Math.min(routeRequests, quota) },
    ]);
  }

  /**
   * A request of nobody in particular: without a valid credential, or to a route that asks for none. A certificate
   * names its holder all the same, so that neighbours in a network do not share their count.
   */
  ofStranger(peer: VerifiedPeer): RateVerdict {
    const { callerRequests, strangerRequests } = this.#limits();
    const { kind, name } = peer;
    if (kind !== 'none') return this.#buckets.take(`${kind}:${name ?? ''}`, [{ name: 'open', quota: callerRequests }]);
    return this.#buckets.take(networkOf(peer), [{ name: 'network', quota: strangerRequests }]);
  }
}
