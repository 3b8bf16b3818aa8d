import { concatBytes, equalBytes, fromHex, toHex } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import { combineShares, sha256, splitSecret } from '#base/crypto/index.ts';
import { formatBase32, parseBase32 } from './base32.ts';
import { KeysError } from './errors.ts';
import { ROOT_KEY_LENGTH, rootKeyId } from './root-file.ts';

/** One share as it stands on paper; see `docs/formats/recovery-kit.md`. */
export interface RecoveryShare {
  /** Tells which root key it belongs to. */
  readonly kit: string;
  readonly root: number;
  readonly threshold: number;
  readonly index: number;
  readonly data: Uint8Array;
}

const PREFIX = 'WEIR-SHARE-';
const VERSION = 1;
const CHECK_LENGTH = 4;
const HEADER_LENGTH = 8;
const SHARE_LENGTH = HEADER_LENGTH + ROOT_KEY_LENGTH + CHECK_LENGTH;

/**
 * Splits a root key into printable lines.
 *
 * @param threshold how many give it back, 2 to `count`
 * @param count at most 255
 */
export function makeRecoveryShares(
  key: Uint8Array,
  root: number,
  threshold: number,
  count: number,
  random: Random,
): readonly string[] {
  const kit = rootKeyId(key);
  return splitSecret(key, threshold, count, random).map(({ index, data }) =>
    formatShare({ kit, root, threshold, index, data }),
  );
}

/**
 * The root key that shares stand for, and its generation.
 *
 * @throws {KeysError} KEYS_SHARE_MALFORMED naming the line that was copied wrongly, KEYS_RECOVERY_FAILED if there are
 *   too few, one twice, or of different kits
 */
export function readRecoveryShares(lines: readonly string[]): { readonly key: Uint8Array; readonly root: number } {
  const failed = (state: string): KeysError =>
    new KeysError('KEYS_RECOVERY_FAILED', `Cannot restore root key: ${state}`, {
      hint: 'Give as many different shares of one kit as it needs',
    });
  const shares = new Map<number, RecoveryShare>();
  // Typed by people: at most as many lines as there can be shares.
  for (const [at, line] of lines.slice(0, 255).entries()) {
    const share = parseShare(line);
    if (share === null) {
      throw new KeysError('KEYS_SHARE_MALFORMED', `Cannot restore root key: share ${at + 1} was copied wrongly`, {
        hint: 'Compare it with the paper, group by group',
      });
    }
    shares.set(share.index, share);
  }
  const all = [...shares.values()];
  const [first] = all;
  if (first === undefined || all.length < first.threshold) {
    throw failed(`there are ${all.length} different shares, it needs ${first?.threshold ?? 'at least 2'}`);
  }
  if (all.some((share) => share.kit !== first.kit || share.root !== first.root)) {
    throw failed('the shares belong to different kits');
  }
  const key = combineShares(all.slice(0, first.threshold));
  if (rootKeyId(key) !== first.kit) throw failed('the shares belong to different kits');
  return { key, root: first.root };
}

/** `WEIR-SHARE-` and groups of four characters of base 32. */
export function formatShare(share: RecoveryShare): string {
  const header = concatBytes([Uint8Array.of(VERSION, share.root, share.threshold, share.index), fromHex(share.kit)]);
  const body = concatBytes([header, share.data]);
  const text = formatBase32(concatBytes([body, sha256(body).subarray(0, CHECK_LENGTH)]));
  return PREFIX + (text.match(/.{1,4}/g) ?? []).join('-');
}

/** The share that a line spells, whatever its case, spaces and hyphens; null where a character is wrong. */
export function parseShare(line: string): RecoveryShare | null {
  const text = line.slice(0, 512).toUpperCase().replaceAll(/[\s-]/g, '');
  const prefix = PREFIX.replaceAll('-', '');
  if (!text.startsWith(prefix)) return null;
  const bytes = parseBase32(text.slice(prefix.length));
  if (bytes === null || bytes.length !== SHARE_LENGTH) return null;
  const body = bytes.subarray(0, SHARE_LENGTH - CHECK_LENGTH);
  const [version, root = 0, threshold = 0, index = 0] = body;
  if (!equalBytes(sha256(body).subarray(0, CHECK_LENGTH), bytes.subarray(body.length))) return null;
  if (version !== VERSION || root === 0 || threshold < 2 || index === 0) return null;
  return { kit: toHex(body.subarray(4, HEADER_LENGTH)), root, threshold, index, data: body.slice(HEADER_LENGTH) };
}
