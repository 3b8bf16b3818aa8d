import { TILE_WIDTH } from './tile-path.ts';
import type { TileId } from './tile-path.ts';

/** Hashes that a tree of `size` leaves has at a level of tiles: one per full tile of the level below. */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Levels of tiles that a tree of `size` leaves has. */
export function tileLevels(size: number): number {
  let levels = 0;
  while (hashesAtLevel(size, levels) > 0) levels += 1;
  return levels;
}

/**
 * The width of the tile or bundle at an index of a row in a tree of `size` leaves: 0 where there is none.
 */
export function tileWidthAt(size: number, row: TileId['row'], index: number): number {
  const hashes = hashesAtLevel(size, row === 'entries' ? 0 : row);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/**
 * The full tiles and bundles that a tree has and its older self had not: their partial forms may go.
 *
 * @returns for each of them its row and index
 */
export function tilesFilled(oldSize: number, size: number): { row: TileId['row']; index: number }[] {
  const filled: { row: TileId['row']; index: number }[] = [];
  for (let level = 0; level < tileLevels(size); level++) {
    const from = Math.floor(hashesAtLevel(oldSize, level) / TILE_WIDTH);
    const to = Math.floor(hashesAtLevel(size, level) / TILE_WIDTH);
    for (let index = from; index < to; index++) {
      filled.push({ row: level, index });
      if (level === 0) filled.push({ row: 'entries', index });
    }
  }
  return filled;
}
