import { hasCode, micros, parseRfc3339 } from '#base/core/index.ts';
import type { AuditEvent, Log, Micros } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { keyDigest } from '#trust/keys/index.ts';
import type { KeyLifecycle, KeyVersion } from '#trust/keys/index.ts';
import type { GapHolder, LogReplay } from '#trust/identity/index.ts';
import type { SegmentHost } from '../control/segment-host.ts';

export interface ErasureReplayParts {
  readonly segments: Pick<SegmentHost, 'active' | 'retire'>;
  readonly lifecycle: Pick<KeyLifecycle, 'list' | 'rotate' | 'retire' | 'destroy'>;
  readonly log: Log;
}

const ACTOR = 'weir:control';
/** Kinds of keys whose destruction is done again; what an epoch sealed is sealed anew by a restore itself. */
const DESTROYED = ['domain', 'digest', 'rows'] as const;

/**
 * Erasures and the template through restores: what the log says went, goes again from whatever catalogue there is.
 * Readings that were cut out of a segment go by the template, at once, where `isCutDue` says so.
 */
export class ErasureReplay implements GapHolder {
  readonly #parts: ErasureReplayParts;
  #template: string | null = null;
  #isCutDue = false;

  constructor(parts: ErasureReplayParts) {
    this.#parts = parts;
  }

  /** Digest of the template that the log says was applied last, as far as it was replayed. */
  get template(): string | null {
    return this.#template;
  }

  /** Whether readings are stored again that the log says were cut out: nobody may see them before the store cut anew. */
  get isCutDue(): boolean {
    return this.#isCutDue;
  }

  replay(): LogReplay {
    const gone: { readonly segment: string; readonly event: AuditEvent; readonly time: Micros }[] = [];
    const cut = new Set<string>();
    const destroyed = new Map<string, { readonly isSaved: boolean }>();
    const saved = new Set<string>();
    return {
      take: ({ event, time }) => {
        const { action, resource, digest, detail, outcome } = event;
        if (outcome !== 'done') return;
        if (action === 'expire-segment') gone.push({ segment: idOf(resource), event, time });
        else if (action === 'reseal-segment' || action === 'compact-segments') {
          if (typeof detail?.['expired'] === 'number' && typeof detail['inputs'] === 'string')
            cut.add(detail['inputs']);
        } else if (action === 'rewrap-keys') saved.add(resource);
        else if (action === 'destroy-keys' && digest !== undefined)
          destroyed.set(digest, { isSaved: saved.has(resource) });
        else if (action === 'apply-template' && digest !== undefined) this.#template = digest;
      },
      apply: async () => {
        await this.#retire(gone);
        await this.#destroy(destroyed);
        const active = await this.#parts.segments.active();
        this.#isCutDue = active.some(({ id }) => cut.has(sha256Hex(id)));
      },
    };
  }

  /** Nothing of this room waits for somebody to vouch for it: what a gap hides cannot be told from what is kept. */
  async suspend(): Promise<number> {
    return 0;
  }

  async #retire(
    gone: readonly { readonly segment: string; readonly event: AuditEvent; readonly time: Micros }[],
  ): Promise<void> {
    if (gone.length === 0) return;
    const { segments, log } = this.#parts;
    const active = new Map((await segments.active()).map((segment) => [segment.id, segment]));
    for (const { segment, event, time } of gone) {
      const found = active.get(segment);
      if (found === undefined) continue;
      const before = event.detail?.['received_before'];
      const keptFrom = micros((typeof before === 'string' ? parseRfc3339(before) : null) ?? time);
      try {
        await segments.retire({ ids: [segment], expired: { stream: found.stream, rows: found.rows, keptFrom } });
      } catch (error) {
        if (!hasCode(error, 'STORE_SEGMENT_HELD')) throw error;
        log.error({ segment }, 'a segment that the log says went is held by the catalogue: it stays');
      }
    }
  }

  /**
   * A version that was rotated before it was destroyed had all that it sealed sealed again; else what it sealed was
   * meant to be lost.
   */
  async #destroy(destroyed: ReadonlyMap<string, { readonly isSaved: boolean }>): Promise<void> {
    if (destroyed.size === 0) return;
    const { lifecycle, log } = this.#parts;
    for (const key of await lifecycle.list()) {
      const { kind, name, version, state } = key;
      const isKind = DESTROYED.some((one) => one === kind);
      const found = isKind && state !== 'destroyed' ? destroyed.get(keyDigest([handleOf(key)])) : undefined;
      if (found === undefined) continue;
      if (found.isSaved || kind === 'rows') await lifecycle.rotate(ACTOR, kind, name);
      else if (state === 'active') await lifecycle.retire(ACTOR, kind, name);
      const { lost } = await lifecycle.destroy(ACTOR, kind, name, version, true);
      log.warn({ kind, name, version, lost }, 'a key that the log says was destroyed was there again: it is destroyed');
    }
  }
}

/** What the log knows a version by. */
function handleOf({ kind, name, version }: KeyVersion): string {
  if (kind === 'domain') return `domain:${name}:${version}`;
  return kind === 'rows' ? `rows-${name}-${version}` : `purpose:${name}:${version}`;
}

function idOf(resource: string): string {
  return resource.slice(resource.indexOf(':') + 1);
}
