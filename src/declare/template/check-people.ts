import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import { BUCKETS } from '#base/crypto/index.ts';
import type { FieldType } from '#base/core/index.ts';
import type { CheckContext } from './check-context.ts';
import { relationsOf } from './check-views.ts';
import type { DeepPartial } from './partial.ts';
import { parseDuration } from './quantities.ts';
import type { RoleSource } from './schema.ts';
import { SYSTEM_VIEWS } from './vocabulary.ts';

const MINUTE_MS = 60_000;
const LONGEST_APPROVAL_MS = 30 * 24 * 60 * MINUTE_MS;

/** Checks roles: what they query, filter, mask and see exists and fits; and that somebody can approve. */
export function checkPeople(context: CheckContext): void {
  checkApproval(context);
  const relations = [...relationsOf(context), ...SYSTEM_VIEWS];
  const declared = declaredPurposes(context);
  for (const [name, role] of Object.entries(context.source.people ?? {})) {
    if (role === undefined) continue;
    checkQuery(context, name, role, relations);
    checkMasks(context, name, role, relations);
    for (const [index, cls] of (role.sees ?? []).entries()) {
      if (cls === 'secret')
        context.at(
          ['people', name, 'sees', index],
          'TEMPLATE_FIELD_CONFLICT',
          'nobody sees a secret: it is never stored',
        );
    }
    for (const [index, purpose] of (role.purposes ?? []).entries()) {
      if (!declared.has(purpose)) context.unknown(['people', name, 'purposes', index], 'purpose', purpose, declared);
    }
  }
}

function checkApproval(context: CheckContext): void {
  const { approval, people, policies } = context.source;
  if (approval === undefined) return;
  const within = approval.within === undefined ? null : parseDuration(approval.within);
  if (within !== null && (within < MINUTE_MS || within > LONGEST_APPROVAL_MS)) {
    context.at(['approval', 'within'], 'TEMPLATE_VALUE_INVALID', '`within` is between a minute and 30 days');
  }
  const approves = Object.values(people ?? {}).some((role) => role?.may?.includes('approve'));
  if (!approves && (policies ?? []).length === 0) {
    context.atKey(
      ['approval'],
      'TEMPLATE_FIELD_CONFLICT',
      'no role may `approve`, so what weakens could never be approved',
    );
  }
}

function checkQuery(
  context: CheckContext,
  name: string,
  role: DeepPartial<RoleSource>,
  relations: readonly string[],
): void {
  if (Array.isArray(role.query)) {
    for (const [index, relation] of (role.query as readonly string[]).entries()) {
      if (!relations.includes(relation))
        context.unknown(['people', name, 'query', index], 'stream, table or view', relation, relations);
    }
  }
  const queried = role.query === 'all' ? relations : (role.query ?? []);
  for (const relation of Object.keys(role.rows ?? {})) {
    const path = ['people', name, 'rows', relation];
    if (!relations.includes(relation)) context.unknown(path, 'stream, table or view', relation, relations);
    else if (!queried.includes(relation))
      context.atKey(path, 'TEMPLATE_FIELD_CONFLICT', `the role does not query \`${relation}\``);
  }
}

function checkMasks(
  context: CheckContext,
  name: string,
  role: DeepPartial<RoleSource>,
  relations: readonly string[],
): void {
  for (const [target, mask] of Object.entries(role.masks ?? {})) {
    const path = ['people', name, 'masks', target];
    const [relation = '', column = ''] = target.split('.');
    if (!relations.includes(relation)) {
      context.unknown(path, 'stream, table or view', relation, relations);
      continue;
    }
    // A mask holds within views too, but only for who has the relation: elsewhere it would protect nothing.
    if (role.query !== 'all' && !(role.query ?? []).includes(relation))
      context.atKey(path, 'TEMPLATE_FIELD_CONFLICT', `the role does not query \`${relation}\``);
    const columns = columnsOf(context, relation);
    // The columns of a declared view are known only once its statement is bound; the query room checks those.
    if (columns === null) continue;
    const type = columns.get(column);
    if (!columns.has(column)) context.unknown(path, `column of ${relation}`, column, columns.keys());
    else if (type !== undefined && !maskFits(mask ?? 'null', type)) {
      context.at(path, 'TEMPLATE_FIELD_CONFLICT', `\`${mask}\` cannot mask a column of type ${type}`);
    }
  }
}

function columnsOf(context: CheckContext, relation: string): Map<string, FieldType | undefined> | null {
  const { streams = {}, tables = {} } = context.source;
  const inStreams = Object.hasOwn(streams, relation);
  if (!inStreams && !Object.hasOwn(tables, relation)) return null;
  const fields = (inStreams ? streams[relation] : tables[relation])?.fields ?? {};
  const columns = new Map<string, FieldType | undefined>(
    inStreams ? SYSTEM_COLUMNS.map(({ name, type }) => [name, type]) : [],
  );
  for (const [field, declared] of Object.entries(fields)) columns.set(field, declared?.type);
  return columns;
}

/** Whether a mask can be applied to values of a type: rounding to numbers, cutting to times, the rest to all. */
export function maskFits(mask: string, type: FieldType): boolean {
  if (mask.startsWith('round:')) return type === 'number' || type === 'integer';
  if (['year', 'month', 'day', 'hour'].includes(mask)) return type === 'time';
  if (mask.startsWith('bucket:')) {
    const buckets = Number(mask.slice('bucket:'.length));
    return type === 'text' && buckets >= BUCKETS.least && buckets <= BUCKETS.greatest;
  }
  return mask === 'null' || type === 'text' || type === 'integer';
}

function declaredPurposes(context: CheckContext): Set<string> {
  const { streams, tables, views } = context.source;
  const purposes = new Set<string>();
  for (const section of [streams, tables, views]) {
    for (const relation of Object.values(section ?? {}))
      for (const purpose of relation?.purposes ?? []) purposes.add(purpose);
  }
  return purposes;
}
