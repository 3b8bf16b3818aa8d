import type { AccessRequest } from './types.ts';

/** Decisions that are kept for one version of the policies; beyond that all are forgotten, and made anew. */
const MOST = 8_192;

/**
 * Decisions of one version of the policies, by everything that they can depend on: who asks with which roles and
 * credential, what, of what, for which purpose, and those attributes of the context that some policy reads.
 */
export class DecisionCache<T> {
  readonly #kept = new Map<string, T>();

  /** What was decided before under a key, else what `decide` says now. */
  remember(key: string, decide: () => T): T {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const decision = decide();
    if (this.#kept.size >= MOST) this.#kept.clear();
    this.#kept.set(key, decision);
    return decision;
  }
}

/**
 * The key of a request. Lists keep their order and texts their ends, so that no two requests share one.
 *
 * @param reads attributes of the context that some policy reads
 */
export function cacheKey(
  { subject, action, resource, purpose, context }: AccessRequest,
  reads: readonly string[],
): string {
  const { about, proposer, speaksFor, lineage, posture, address, transfers = [] } = context;
  const { id, kind, roles, standing, deviceType, strength, scope, region } = subject;
  return JSON.stringify([
    action,
    resource.type,
    resource.name,
    purpose,
    [id, kind, roles, standing ?? null, deviceType, strength ?? null, region ?? null],
    transfers.map(({ from, to }) => [from, to]),
    scope === undefined ? null : [scope.actions, scope.views, scope.purposes],
    about === undefined ? null : [about.name, about.type],
    proposer ?? null,
    speaksFor ?? null,
    lineage === undefined
      ? null
      : lineage.columns.map(({ name, class: cls, seenAs = '', type = '' }) => `${name}:${cls}:${seenAs}:${type}`),
    lineage?.stored === undefined ? null : [...lineage.stored].flat(),
    lineage?.originals === undefined ? null : [...lineage.originals],
    lineage?.regions ?? null,
    reads.includes('posture') ? (posture ?? null) : null,
    reads.includes('address') ? (address ?? null) : null,
  ]);
}
