import { BUCKETS } from '#base/crypto/index.ts';
import type { AstNode } from './ast.ts';
import { call, columnRef, integer, nothing, text } from './build.ts';

/** The keyed digest that `hash` masks call; a function of the engine that the executor registers and nobody may name. */
export const MASK_FUNCTION = 'weir_mask';

/** The same for buckets that `bucket:N` masks call. */
export const BUCKET_FUNCTION = 'weir_bucket';

const TRUNCATIONS = new Set(['year', 'month', 'day', 'hour']);

/** Tells whether a template's word for a mask is one that can be applied. */
export function isMask(mask: string): boolean {
  return (
    mask === 'null' ||
    mask === 'hash' ||
    TRUNCATIONS.has(mask) ||
    /^round:-?\d{1,2}$/.test(mask) ||
    bucketsOf(mask) !== null
  );
}

/** The SQL type that a masked column shows. */
export function maskedType(sqlType: string, mask: string | null): string {
  if (mask !== null && bucketsOf(mask) !== null) return 'BIGINT';
  return mask === 'hash' ? 'VARCHAR' : sqlType;
}

/** Whether a mask shows something else than a coarser form of the value. */
export function isDigest(mask: string | null): boolean {
  return mask !== null && (mask === 'hash' || bucketsOf(mask) !== null);
}

/** Into how many buckets a mask hashes; null where it is no such mask. */
function bucketsOf(mask: string): number | null {
  const buckets = /^bucket:[1-9]\d{0,6}$/.test(mask) ? Number(mask.slice(7)) : 0;
  return buckets >= BUCKETS.least && buckets <= BUCKETS.greatest ? buckets : null;
}

/**
 * The expression that stands for a masked column. An unknown mask, or one that does not suit the type, gives null:
 * whoever misspells a protection must not lose it.
 */
export function maskExpression(source: string, column: string, sqlType: string, mask: string | null): AstNode {
  const value = columnRef([source, column], column);
  if (mask === null) return value;
  if (mask === 'hash') {
    return call(MASK_FUNCTION, [castTo(columnRef([source, column]), 'VARCHAR')], column);
  }
  const buckets = bucketsOf(mask);
  if (buckets !== null) {
    const asText = castTo(columnRef([source, column]), 'VARCHAR');
    return call(BUCKET_FUNCTION, [asText, castTo(integer(buckets), 'BIGINT')], column);
  }
  if (mask.startsWith('round:') && isMask(mask) && (sqlType === 'DOUBLE' || sqlType === 'BIGINT')) {
    const rounded = call('round', [columnRef([source, column]), integer(Number(mask.slice(6)))]);
    return castTo(withoutSign(rounded), sqlType, column);
  }
  if (TRUNCATIONS.has(mask) && sqlType === 'TIMESTAMP WITH TIME ZONE') {
    return call('date_trunc', [text(mask), columnRef([source, column])], column);
  }
  return castTo(nothing(), sqlType, column);
}

/** Tells whether a column must be read for what its mask shows. */
export function needsSource(mask: string | null): boolean {
  return mask === null || (mask !== 'null' && isMask(mask));
}

/** Zero for both zeros: the sign of a rounded zero would tell that of the value. */
function withoutSign(value: AstNode): AstNode {
  const isZero = {
    class: 'COMPARISON',
    type: 'COMPARE_EQUAL',
    alias: '',
    query_location: 0,
    left: value,
    right: integer(0),
  };
  const check = { when_expr: isZero, then_expr: integer(0) };
  return { class: 'CASE', type: 'CASE_EXPR', alias: '', query_location: 0, case_checks: [check], else_expr: value };
}

function castTo(child: AstNode, id: string, alias = ''): AstNode {
  const type = { id, type_info: null };
  return { class: 'CAST', type: 'OPERATOR_CAST', alias, query_location: 0, child, cast_type: type, try_cast: false };
}
