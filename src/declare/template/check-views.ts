import { CONNECTIONS_STREAM, EVENTS_STREAM } from '#base/core/index.ts';
import type { CheckContext } from './check-context.ts';
import { asList } from './partial.ts';

/** Names that a view may be made from: streams, tables, other views and the events stream. */
export function relationsOf(context: CheckContext): readonly string[] {
  const { streams, tables, views } = context.source;
  return [streams, tables, views]
    .flatMap((section) => Object.keys(section ?? {}))
    .concat(EVENTS_STREAM, CONNECTIONS_STREAM);
}

/** Checks that views are made from what exists and not from themselves. */
export function checkViews(context: CheckContext): void {
  const { source } = context;
  const relations = relationsOf(context);
  for (const [name, view] of Object.entries(source.views ?? {})) {
    const from = asList(view?.from);
    for (const [index, relation] of from.entries()) {
      const place = ['views', name, 'from', ...(typeof view?.from === 'string' ? [] : [index])];
      if (!relations.includes(relation)) context.unknown(place, 'stream, table or view', relation, relations);
    }
    if (view?.from !== undefined && from.length === 0) {
      context.at(['views', name, 'from'], 'TEMPLATE_VALUE_INVALID', 'name at least one stream, table or view');
    }
    checkPurposes(context, name, from);
    checkPrivate(context, name, from);
    if (readsItself(context, name)) {
      context.at(['views', name, 'from'], 'TEMPLATE_VIEW_INVALID', `\`${name}\` is made from itself`);
    }
  }
}

/** A private view is made from one stream that has a budget, and nothing is made from a private view. */
function checkPrivate(context: CheckContext, name: string, from: readonly string[]): void {
  const { streams = {}, views = {} } = context.source;
  const path = ['views', name];
  const hidden = from.find((relation) => Object.hasOwn(views, relation) && views[relation]?.private === true);
  if (hidden !== undefined) {
    context.at([...path, 'from'], 'TEMPLATE_VIEW_INVALID', `rows of the private view \`${hidden}\` are never shown`);
  }
  if (views[name]?.private !== true) {
    if (views[name]?.keys !== undefined)
      context.atKey([...path, 'keys'], 'TEMPLATE_FIELD_CONFLICT', '`keys` are those of a private view');
    return;
  }
  const [stream, ...more] = from;
  const budget = stream !== undefined && Object.hasOwn(streams, stream) ? streams[stream]?.privacy : undefined;
  if (more.length > 0 || budget === undefined) {
    const why = 'a private view is made from one stream that has a budget (`privacy`)';
    context.atKey([...path, 'private'], 'TEMPLATE_VIEW_INVALID', why);
  }
}

/** A view serves no purpose that its sources do not. */
function checkPurposes(context: CheckContext, name: string, from: readonly string[]): void {
  for (const [index, purpose] of (context.source.views?.[name]?.purposes ?? []).entries()) {
    for (const relation of from) {
      const served = purposesOf(context, relation, new Set([name]));
      if (served === null || served.includes(purpose)) continue;
      context.unknown(['views', name, 'purposes', index], `purpose of ${relation}`, purpose, served);
    }
  }
}

/** What a relation serves; null where nothing restricts it. A view without purposes of its own serves what its sources share. */
function purposesOf(context: CheckContext, name: string, seen: ReadonlySet<string>): readonly string[] | null {
  const { streams = {}, tables = {}, views = {} } = context.source;
  const section = [streams, tables, views].find((candidate) => Object.hasOwn(candidate, name));
  const declared = section?.[name]?.purposes ?? [];
  if (declared.length > 0) return declared;
  if (section !== views || seen.has(name)) return null;
  const inner = new Set([...seen, name]);
  const sources = asList(views[name]?.from).map((source) => purposesOf(context, source, inner));
  const [first, ...rest] = sources.filter((served) => served !== null);
  return first === undefined ? null : first.filter((purpose) => rest.every((served) => served.includes(purpose)));
}

function readsItself(context: CheckContext, name: string): boolean {
  const views = context.source.views ?? {};
  const seen = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const from = Object.hasOwn(views, next) ? asList(views[next]?.from) : [];
    for (const relation of from) {
      if (relation === name) return true;
      if (seen.has(relation)) continue;
      seen.add(relation);
      open.push(relation);
    }
  }
  return false;
}
