import type { Class } from '#base/core/index.ts';
import type { Field, Template } from './types.ts';

/**
 * The domain of the tokens that a field's values become on entry; null where they are stored as they are. Within a
 * domain the same value has the same token; tokens of two domains have nothing in common.
 *
 * @param relation the stream or table; an identifier that names no domain has that of its relation
 */
export function tokenDomainOf(relation: string, field: Field): string | null {
  return field.tokenise ?? (field.class === 'identifier' ? relation : null);
}

/** Every domain of tokens that a template needs a key for, by name, each once. */
export function tokenDomains(template: Template): readonly string[] {
  const relations = [...template.streams.values(), ...template.tables.values()];
  const domains = relations.flatMap(({ name, fields }) => fields.map((field) => tokenDomainOf(name, field)));
  return [...new Set(domains.filter((domain) => domain !== null))].sort();
}

/**
 * What is stored of an identifier is its token, which is seen with the view and without a grant of the class. What
 * stands in for a value of another class is seen like the value.
 */
export function tokenSight(cls: Class): { readonly seenAs?: Class } {
  return cls === 'identifier' ? { seenAs: 'public' } : {};
}
