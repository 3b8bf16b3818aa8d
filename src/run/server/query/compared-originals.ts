import { isToken } from '#base/crypto/index.ts';
import { tokenDomainOf } from '#declare/template/index.ts';
import type { Field, Template } from '#declare/template/index.ts';
import { comparedLiterals, namedRelations } from '#flow/query/index.ts';
import type { Grants, Relations } from '#flow/query/index.ts';

/** Characters of a tree beyond which advice is not worth another look at it. */
const MOST_LOOKED_AT = 262_144;

/** What the author of a statement may name. */
interface Access {
  readonly relations: Relations;
  readonly grants: Grants;
}

/**
 * What to do where a statement compares a column of tokens with what is none, which holds for no row; null where none
 * does. A token that keeps a format is told from no original: of these it is said whenever they are compared.
 *
 * Nothing is said that its author does not see: no relation behind a view, and nothing of a column that is masked.
 *
 * @param serialised the statement's own tree
 */
export function hintOfOriginals(
  serialised: string,
  parameters: Parameters<typeof comparedLiterals>[1],
  template: Template,
  { relations, grants }: Access,
): string | null {
  if (serialised.length > MOST_LOOKED_AT) return null;
  const compared = comparedLiterals(serialised, parameters).filter(({ value }) => !isToken(value));
  if (compared.length === 0) return null;
  const named = namedRelations(serialised, grants.keys());
  for (const column of new Set(compared.map((one) => one.column.toLowerCase()))) {
    const shown = named.filter((name) => maskOf(grants, name, column) !== undefined);
    const [relation] = shown;
    if (relation === undefined || shown.some((name) => maskOf(grants, name, column) !== null)) continue;
    const found = tokensOf(shown, column, template, relations);
    if (found !== null) return `${column} of ${relation} ${wordsOf(found, grants)}`;
  }
  return null;
}

/** A column of tokens, and the stream or table that declares it. */
interface TokenColumn {
  readonly of: string;
  readonly field: Field;
}

/**
 * Where a column is declared that holds tokens in each of these relations that has it. A statement names it without
 * its relation, and a view may have it of any that it is made of: null where one of them holds it as it is.
 */
function tokensOf(
  names: readonly string[],
  column: string,
  template: Template,
  relations: Relations,
): TokenColumn | null {
  const found = names
    .filter((name) => relations.get(name)?.columns.some((each) => each.name.toLowerCase() === column))
    .map((name) => {
      const declared = template.streams.get(name) ?? template.tables.get(name);
      if (declared === undefined) return tokensOf(relations.get(name)?.from ?? [], column, template, relations);
      const field = declared.fields.find((each) => each.name.toLowerCase() === column);
      return field === undefined || tokenDomainOf(name, field) === null ? null : { of: name, field };
    });
  return found.includes(null) ? null : (found[0] ?? null);
}

/** What is wrong with the comparison, and the way from an original to its token. */
function wordsOf({ of, field: { name, token } }: TokenColumn, grants: Grants): string {
  const what =
    token?.kind === 'format'
      ? 'holds tokens that look like originals, and is equal to no original'
      : 'holds tokens and is compared with what is none';
  const way =
    token === undefined || !grants.has(of)
      ? 'filter by what the token stands beside, or join a table of reference'
      : `weir tokenise ${of} ${name} ORIGINAL --purpose WORD gives the token of an original to who may detokenise`;
  return `${what}: ${way}`;
}

/** How a column is masked, null where it is seen as it is; undefined where it is not seen. */
function maskOf(grants: Grants, name: string, column: string): string | null | undefined {
  return grants.get(name)?.columns.find((each) => each.name.toLowerCase() === column)?.mask;
}
