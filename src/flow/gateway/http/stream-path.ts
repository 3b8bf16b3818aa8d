import { DEVICE_NAME_PATTERN } from '#base/core/index.ts';

/** Where a request's readings go. */
export interface StreamTarget {
  readonly stream: string;
  /** The device that they are about; null for the sender itself. */
  readonly device: string | null;
}

const STREAM_PATH = /^\/v1\/streams\/([A-Za-z0-9_][A-Za-z0-9_-]{0,63})$/;
const MAX_URL = 1_024;

/**
 * Reads `/v1/streams/<stream>?device=<name>`.
 *
 * @param url untrusted, as it stands in the request line
 * @returns null for another path; `invalid` where the query is not one device at most
 */
export function parseStreamPath(url: string): StreamTarget | 'invalid' | null {
  if (url.length > MAX_URL) return null;
  const mark = url.indexOf('?');
  const stream = STREAM_PATH.exec(mark === -1 ? url : url.slice(0, mark))?.[1];
  if (stream === undefined) return null;
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
  const names = query.getAll('device');
  if ([...query.keys()].some((key) => key !== 'device') || names.length > 1) return 'invalid';
  const device = names[0] ?? null;
  if (device !== null && !DEVICE_NAME_PATTERN.test(device)) return 'invalid';
  return { stream, device };
}
