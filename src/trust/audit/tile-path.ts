import { AuditError } from './errors.ts';

/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 256;

/** Which row of resources: a level of hashes, or the bundles of entries. */
export type TileRow = number | 'entries';

/** Names one resource of the log. */
export interface TileId {
  readonly row: TileRow;
  /** Position within the row, counted in full tiles. */
  readonly index: number;
  /** 1 to 256; below 256 the resource is partial. */
  readonly width: number;
}

/** The path of a log's newest checkpoint, and of its newest one that witnesses have cosigned. */
export const CHECKPOINT_PATH = 'checkpoint';
export const WITNESSED_PATH = 'checkpoint.witnessed';

/**
 * The path of a tile or bundle, relative to the log's prefix.
 *
 * @throws {RangeError} if the row, index or width cannot be
 * @see C2SP tlog-tiles, «Merkle Tree», «Log entries»
 */
export function formatTilePath({ row, index, width }: TileId): string {
  if (row !== 'entries' && !(Number.isInteger(row) && row >= 0 && row <= 63))
    throw new RangeError(`No tile row ${row}`);
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`No tile index ${index}`);
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) throw new RangeError(`No tile width ${width}`);
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) ?? [];
  const last = groups.length - 1;
  const place = groups.map((group, i) => (i === last ? group : `x${group}`)).join('/');
  return `tile/${row}/${place}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/**
 * Reads a path back; it must be the one that `formatTilePath` writes.
 *
 * @throws {AuditError} AUDIT_TILE_INVALID if it is no path of a tile or bundle
 */
export function parseTilePath(path: string): TileId {
  // Untrusted where it comes from a request. Eighteen digits are more than any index has.
  const match = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,5})([0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path);
  if (match !== null) {
    const [, row = '', upper = '', last = '', width] = match;
    const id: TileId = {
      row: row === 'entries' ? row : Number(row),
      index: Number(upper.replaceAll(/[x/]/g, '') + last),
      width: width === undefined ? TILE_WIDTH : Number(width),
    };
    const inRow = id.row === 'entries' || id.row <= 63;
    const inTile = id.width >= 1 && id.width <= TILE_WIDTH;
    if (inRow && inTile && Number.isSafeInteger(id.index) && formatTilePath(id) === path) return id;
  }
  throw new AuditError('AUDIT_TILE_INVALID', 'Cannot read tile path: it has another form');
}
