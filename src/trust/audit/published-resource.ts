import { hasCode } from '#base/core/index.ts';
import { CHECKPOINT_PATH, parseTilePath, WITNESSED_PATH } from './tile-path.ts';

/** A resource of the log that may be served over HTTP. */
export interface PublishedResource {
  /** Relative to the log's folder; safe to be read there. */
  readonly path: string;
  /** Checkpoints and tiles are for everyone; entries need the action `audit`. */
  readonly access: 'public' | 'audit';
  readonly contentType: string;
  readonly cacheControl: string;
}

/**
 * Tells which resource of the log a request's path names: the queue, the lock and everything else are none.
 *
 * @param name relative to the log's prefix, without query
 * @returns null where it names none
 * @see C2SP tlog-tiles, «APIs»
 */
export function publishedResource(name: string): PublishedResource | null {
  if (name === CHECKPOINT_PATH || name === WITNESSED_PATH) {
    return { path: name, access: 'public', contentType: 'text/plain; charset=utf-8', cacheControl: 'no-cache' };
  }
  try {
    const { row } = parseTilePath(name);
    return {
      path: name,
      access: row === 'entries' ? 'audit' : 'public',
      contentType: 'application/octet-stream',
      // Entries are behind a decision, so no shared cache may keep them.
      cacheControl: row === 'entries' ? 'private, no-store' : 'public, max-age=604800, immutable',
    };
  } catch (error) {
    if (hasCode(error, 'AUDIT_TILE_INVALID')) return null;
    throw error;
  }
}
