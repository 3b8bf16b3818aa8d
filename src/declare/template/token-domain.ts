import { CLASS_RULES } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import type { TokenFormat } from '#base/crypto/index.ts';
import type { FieldSource } from './schema.ts';
import type { Field, Template, TokenKind } from './types.ts';

/**
 * The domain of the tokens that a field's values become on entry; null where they are stored as they are. Within a
 * domain the same value has the same token; tokens of two domains have nothing in common.
 *
 * @param relation the stream or table; an identifier that names no domain has that of its relation
 */
export function tokenDomainOf(relation: string, field: Field): string | null {
  return field.tokenise ?? (CLASS_RULES[field.class].entry === 'token' ? relation : null);
}

/** Alphabets by name. */
const ALPHABETS: Readonly<Record<string, string>> = {
  digits: '0123456789',
  letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  'digits-letters': '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
};

/** What `token:` of a field says. */
export function tokenKindOf(written: NonNullable<FieldSource['token']>): TokenKind {
  if (written === 'reversible') return { kind: 'reversible' };
  const [least = 0, most = 0] = written.length;
  return { kind: 'format', alphabet: ALPHABETS[written.alphabet] ?? written.alphabet, length: [least, most] };
}

/** The format that tokens of each domain keep; domains whose tokens keep none are not in it. */
export function tokenFormats(template: Template): ReadonlyMap<string, TokenFormat> {
  const formats = new Map<string, TokenFormat>();
  for (const { name, fields } of [...template.streams.values(), ...template.tables.values()]) {
    for (const field of fields) {
      const domain = tokenDomainOf(name, field);
      if (domain === null || field.token?.kind !== 'format') continue;
      formats.set(domain, { alphabet: field.token.alphabet, length: field.token.length });
    }
  }
  return formats;
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
  return CLASS_RULES[cls].entry === 'token' ? { seenAs: 'public' } : {};
}
