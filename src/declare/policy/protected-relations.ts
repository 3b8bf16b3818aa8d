import type { Template } from '#declare/template/index.ts';
import { sourcesOf } from './relation-facts.ts';

/** A relation with rows that a privacy budget protects, and the roles that see them all the same. */
export interface ProtectedRelation {
  readonly name: string;
  /** Roles that name it under `query`: what queries all does not query these. */
  readonly roles: readonly string[];
}

/** Relations that show rows of streams with a privacy budget: these streams, and views of them that are not private. */
export function protectedRelations(template: Template): readonly ProtectedRelation[] {
  const streams = new Set([...template.streams.values()].filter(({ privacy }) => privacy !== undefined).map(named));
  if (streams.size === 0) return [];
  const views = [...template.views.values()].filter(
    (view) => view.private !== true && sourcesOf(template, view.name).some((source) => streams.has(source)),
  );
  return [...streams, ...views.map(named)].map((name) => ({
    name,
    roles: [...template.people.values()].filter(({ query }) => query !== 'all' && query.includes(name)).map(named),
  }));
}

/** Whether a relation shows rows that a privacy budget protects. */
export function isProtected(template: Template, relation: string): boolean {
  return protectedRelations(template).some(({ name }) => name === relation);
}

function named({ name }: { readonly name: string }): string {
  return name;
}
