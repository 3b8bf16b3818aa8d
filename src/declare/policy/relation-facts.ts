import { EVENTS_STREAM, PROBER_STREAMS, SYSTEM_COLUMNS } from '#base/core/index.ts';
import { regionOf, SYSTEM_VIEWS, tokenSight } from '#declare/template/index.ts';
import type { Field, Template } from '#declare/template/index.ts';
import type { ClassedColumn } from './types.ts';

/** What the template says about a relation, as far as policy needs it. */
export interface RelationFacts {
  readonly name: string;
  /** Purposes that it serves; empty where none is declared, which restricts nothing. */
  readonly purposes: readonly string[];
  /** Whether every stream that it comes from has a lawful basis. */
  readonly hasBasis: boolean;
  /** Regions that what it is made from has to stay in. */
  readonly regions: readonly string[];
  /** Present where it is an aggregate that may leave them. */
  readonly crosses?: true;
  /** Present where a statement without a purpose sees what needs none, however many purposes there are. */
  readonly unstated?: 'show';
  /** Its columns; null for declared views and system views, whose columns only the query room knows. */
  readonly columns: readonly ClassedColumn[] | null;
}

/** The facts of a relation, or null where the template has none of that name. */
export function relationFacts(template: Template, name: string): RelationFacts | null {
  const stream = template.streams.get(name);
  if (stream !== undefined) {
    const system = SYSTEM_COLUMNS.map((column) => ({ name: column.name, class: 'operational' as const }));
    return {
      name,
      purposes: stream.purposes,
      hasBasis: stream.basis !== null,
      regions: regionsOf(template, [name]),
      ...unstatedOf([stream]),
      columns: [...system, ...stream.fields.map(classedField)],
    };
  }
  const table = template.tables.get(name);
  if (table !== undefined) {
    const columns = table.fields.map(classedField);
    // A table is loaded by hand and declares no basis of its own; health data belong in streams that do.
    return {
      name,
      purposes: table.purposes,
      hasBasis: false,
      regions: regionsOf(template, [name]),
      ...unstatedOf([table]),
      columns,
    };
  }
  if (template.views.has(name)) return viewFacts(template, name);
  if ((SYSTEM_VIEWS as readonly string[]).includes(name)) {
    // Alerts are of readings of every stream.
    const sources = name === '_alerts' ? [...template.streams.keys()] : [];
    return { name, purposes: [], hasBasis: false, regions: regionsOf(template, sources), columns: null };
  }
  return null;
}

function classedField({ name, class: cls }: Field): ClassedColumn {
  return { name, class: cls, ...tokenSight(cls) };
}

function viewFacts(template: Template, name: string): RelationFacts {
  const sources = sourcesOf(template, name);
  const streams = sources.map((source) => template.streams.get(source)).filter((stream) => stream !== undefined);
  const view = template.views.get(name);
  const declared = view?.purposes ?? [];
  const relations = sources.flatMap((source) => template.streams.get(source) ?? template.tables.get(source) ?? []);
  return {
    name,
    purposes: declared.length > 0 ? declared : sharedPurposes(template, sources),
    hasBasis: streams.length > 0 && streams.every((stream) => stream.basis !== null),
    regions: regionsOf(template, sources),
    ...unstatedOf(view?.unstated === undefined && declared.length === 0 ? relations : [view ?? {}]),
    ...(view?.crosses === true ? { crosses: true } : {}),
    columns: null,
  };
}

/** A view that says nothing of purposes goes by what it is made from. */
function unstatedOf(of: readonly { readonly unstated?: 'show' }[]): Pick<RelationFacts, 'unstated'> {
  return of.length > 0 && of.every(({ unstated }) => unstated === 'show') ? { unstated: 'show' } : {};
}

function regionsOf(template: Template, sources: readonly string[]): readonly string[] {
  const regions = sources.flatMap((source) => {
    const relation = template.streams.get(source) ?? template.tables.get(source);
    return relation === undefined ? [] : (regionOf(template, relation) ?? []);
  });
  return [...new Set(regions)].sort();
}

/** Streams and tables that a view is made from in the end. */
export function sourcesOf(template: Template, name: string): readonly string[] {
  const sources = new Set<string>();
  const seen = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const view = template.views.get(next);
    if (view === undefined) sources.add(next);
    else open.push(...view.from);
  }
  return [...sources].sort();
}

function sharedPurposes(template: Template, sources: readonly string[]): readonly string[] {
  const declared = sources
    .map((source) => template.streams.get(source)?.purposes ?? template.tables.get(source)?.purposes ?? [])
    .filter((purposes) => purposes.length > 0);
  const [first, ...rest] = declared;
  if (first === undefined) return [];
  const shared = first.filter((purpose) => rest.every((purposes) => purposes.includes(purpose)));
  // Nothing in common must not read as "restricts nothing": no purpose has an empty name.
  return shared.length > 0 ? shared : [''];
}

/** Every relation that `query: all` covers: all but the prober's own streams. */
export function allRelations(template: Template): readonly string[] {
  const declared = [...template.streams.keys(), ...template.tables.keys(), ...template.views.keys()];
  return [...new Set([...declared, EVENTS_STREAM, ...SYSTEM_VIEWS])].filter((name) => !PROBER_STREAMS.includes(name));
}

/** Every purpose that something of the template names, each once. */
export function allPurposes(template: Template): readonly string[] {
  const named = [...template.streams.values(), ...template.tables.values(), ...template.views.values()];
  const roles = [...template.people.values()];
  return [...new Set([...named, ...roles].flatMap(({ purposes }) => purposes))];
}
