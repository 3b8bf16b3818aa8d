import { parseAst, textOf, walkAst } from './ast.ts';

/**
 * The relations that a statement names in FROM, by their own names. A name that a WITH of the statement's gives to
 * something else counts too, where a relation is called so.
 *
 * @param serialised the statement's own tree
 * @param names of the relations there are
 */
export function namedRelations(serialised: string, names: Iterable<string>): readonly string[] {
  const known = new Map([...names].map((name) => [name.toLowerCase(), name]));
  const found = new Set<string>();
  walkAst(parseAst(serialised), (node) => {
    const name = node['type'] === 'BASE_TABLE' ? known.get(textOf(node, 'table_name').toLowerCase()) : undefined;
    if (name !== undefined) found.add(name);
  });
  return [...found];
}

/** Functions and words whose value is another each time. */
const CHANGING: ReadonlySet<string> = new Set(
  `now today random uuid uuidv4 uuidv7 gen_random_uuid setseed current_date current_localtime current_localtimestamp
   current_time current_timestamp localtime localtimestamp get_current_time get_current_timestamp transaction_timestamp
   reservoir_quantile`.split(/\s+/),
);

/** What of a statement gives another value each time that it is asked, such as `now`; null where nothing does. */
export function changingPart(serialised: string): string | null {
  let found: string | null = null;
  walkAst(parseAst(serialised), (node) => {
    const [column] = Array.isArray(node['column_names']) ? (node['column_names'] as readonly unknown[]) : [];
    for (const word of [node['function_name'], node['class'] === 'COLUMN_REF' ? column : undefined]) {
      if (typeof word === 'string' && CHANGING.has(word.toLowerCase())) found ??= word.toLowerCase();
    }
    // With one argument `age` counts from today.
    if (node['function_name'] === 'age' && (node['children'] as readonly unknown[]).length === 1) found ??= 'age';
    if (node['sample'] !== undefined && node['sample'] !== null) found ??= 'sample';
  });
  return found;
}
