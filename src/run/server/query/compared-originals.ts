import { isToken } from '#base/crypto/index.ts';
import { tokenDomainOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { comparedLiterals, namedRelations } from '#flow/query/index.ts';
import type { Relations } from '#flow/query/index.ts';

/** Characters of a tree beyond which advice is not worth another look at it. */
const MOST_LOOKED_AT = 262_144;

/**
 * What to do where a statement compares a column of tokens with what is none, which holds for no row; null where none
 * does. Tokens that keep a format are told from no original, and are left out.
 *
 * @param serialised the statement's own tree
 */
export function hintOfOriginals(
  serialised: string,
  parameters: Parameters<typeof comparedLiterals>[1],
  template: Template,
  relations: Relations,
): string | null {
  if (serialised.length > MOST_LOOKED_AT) return null;
  const originals = comparedLiterals(serialised, parameters).filter(({ value }) => !isToken(value));
  if (originals.length === 0) return null;
  for (const relation of namedRelations(serialised, relations.keys())) {
    const tokens = tokenColumnsOf(relation, template, relations);
    const column = originals.map((one) => one.column.toLowerCase()).find((name) => tokens.has(name));
    if (column === undefined) continue;
    return `${column} of ${relation} holds tokens and is compared with what is none: ${tokens.get(column)}`;
  }
  return null;
}

const NO_WAY = 'filter by what the token stands beside, or join a table of reference';

/**
 * The columns of a relation that hold tokens, in lower case, with the way from an original to its token. Of a view they are
 * those that bear the name of one that it is made of.
 */
function tokenColumnsOf(name: string, template: Template, relations: Relations): ReadonlyMap<string, string> {
  const declared = template.streams.get(name) ?? template.tables.get(name);
  if (declared !== undefined) {
    return new Map(
      declared.fields
        .filter((field) => tokenDomainOf(name, field) !== null && field.token?.kind !== 'format')
        .map((field) => {
          const command = `weir tokenise ${name} ${field.name} ORIGINAL --purpose WORD gives it to who may detokenise`;
          return [field.name.toLowerCase(), field.token === undefined ? NO_WAY : command];
        }),
    );
  }
  const { from = [], columns = [] } = relations.get(name) ?? {};
  const behind = new Map(from.flatMap((each) => [...tokenColumnsOf(each, template, relations)]));
  const own = new Set(columns.map((column) => column.name.toLowerCase()));
  return new Map([...behind].filter(([column]) => own.has(column)));
}
