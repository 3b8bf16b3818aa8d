import { bytes } from '#base/core/index.ts';
import type { Ast, AstNode } from '../gate/ast.ts';
import { formatAst, isNode, listOf, nodesOf, parseAst, textOf } from '../gate/ast.ts';
import { markLiterals } from '../gate/literals.ts';
import { Engine } from './engine.ts';
import { Recent } from './recent.ts';

/** Longest statement that is parsed, in UTF-16 code units. */
export const MAX_STATEMENT_LENGTH = 200_000;

/** Statements that are remembered with their trees: one costs milliseconds to parse, and is asked again and again. */
const MOST_REMEMBERED = 32;

/** What became of a statement's text. Lines and columns count from one. */
export type ParseOutcome =
  | {
      readonly outcome: 'parsed';
      /** Serialised syntax tree, for the gate. */
      readonly ast: string;
      /** The statement as DuckDB writes it, each literal replaced by a numbered mark, for the log. */
      readonly shape: string;
    }
  | {
      readonly outcome: 'invalid';
      readonly code: 'QUERY_SYNTAX' | 'QUERY_REFUSED' | 'QUERY_TOO_LONG';
      readonly message: string;
      readonly line: number | null;
      readonly column: number | null;
      readonly hint: string | null;
    };

/** Reads statements. Needs no key and opens no data: its engine is empty and shut off from everything. */
export class StatementParser implements Disposable {
  readonly #engine: Engine;
  readonly #recent = new Recent<ParseOutcome>(MOST_REMEMBERED);

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  static async open(): Promise<StatementParser> {
    const engine = await Engine.open({ memory: bytes(256 * 1024 * 1024), threads: 1 });
    await engine.lockDown([]);
    return new StatementParser(engine);
  }

  /** Parses one statement's text. Failures of the text are returned, not thrown. */
  async parse(sql: string): Promise<ParseOutcome> {
    // Untrusted: bounds what the parser works on.
    if (sql.length > MAX_STATEMENT_LENGTH) {
      return invalid('QUERY_TOO_LONG', `Cannot run statement: it has more than ${MAX_STATEMENT_LENGTH} characters`);
    }
    if (sql.includes('\0')) return invalid('QUERY_SYNTAX', 'Cannot read statement: it holds a zero character');
    return this.#recent.get(sql, () => this.#parse(sql));
  }

  async #parse(sql: string): Promise<ParseOutcome> {
    const ast = await this.#engine.textOf('SELECT json_serialize_sql($1::VARCHAR)', sql);
    const root = parseAst(ast);
    if (isNode(root) && root['error'] === true) return explainFailure(sql, root);
    return { outcome: 'parsed', ast, shape: await this.#shapeOf(root) };
  }

  /**
   * The syntax tree of a condition over rows, such as a role's row filter.
   *
   * @returns null where the text is not exactly one expression
   */
  async parseCondition(condition: string): Promise<AstNode | null> {
    // Both with parentheses and without, or `a) OR (b` would pass for one.
    const [inner, bare] = [await this.parse(`SELECT (${condition}\n)`), await this.parse(`SELECT ${condition}\n`)];
    if (inner.outcome !== 'parsed' || bare.outcome !== 'parsed' || onlyExpression(bare.ast) === null) return null;
    return onlyExpression(inner.ast);
  }

  close(): void {
    this.#engine.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #shapeOf(root: Ast): Promise<string> {
    try {
      return await this.#engine.textOf('SELECT json_deserialize_sql($1::JSON)', formatAst(markLiterals(root)));
    } catch {
      // Without a readable form the log keeps the digest of the tree alone.
      return '';
    }
  }
}

/** The one expression that a statement selects from nothing; null where it does anything besides. */
function onlyExpression(ast: string): AstNode | null {
  const root = parseAst(ast);
  const [statement, ...more] = isNode(root) ? nodesOf(root, 'statements') : [];
  const node = statement?.['node'];
  if (more.length > 0 || !isNode(node) || node['type'] !== 'SELECT_NODE') return null;
  const [expression, ...others] = nodesOf(node, 'select_list');
  const from = node['from_table'];
  const alone =
    others.length === 0 &&
    isNode(from) &&
    from['type'] === 'EMPTY' &&
    ['where_clause', 'having', 'qualify', 'sample'].every((key) => node[key] === null) &&
    ['modifiers', 'group_expressions'].every((key) => listOf(node, key).length === 0);
  return alone && expression !== undefined && textOf(expression, 'alias') === '' ? expression : null;
}

function explainFailure(sql: string, root: AstNode): ParseOutcome {
  const message = textOf(root, 'error_message')
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 300);
  if (root['error_type'] === 'not implemented') return explainUnserialisable(sql, message);
  const position = Number(root['position'] ?? NaN);
  if (!Number.isInteger(position)) return invalid('QUERY_SYNTAX', `Cannot read statement: ${message}`);
  const { line, column } = placeOf(sql, position);
  return { ...invalid('QUERY_SYNTAX', `Cannot read statement: ${message} at ${line}:${column}`), line, column };
}

function explainUnserialisable(sql: string, message: string): ParseOutcome {
  if (!message.startsWith('Only SELECT')) return invalid('QUERY_SYNTAX', `Cannot read statement: ${message}`);
  if (/^\s*pivot\b/i.test(sql)) {
    return invalid(
      'QUERY_REFUSED',
      'Cannot run statement: PIVOT needs the values of its columns written out',
      "write PIVOT my_view ON column IN ('a', 'b') USING avg(x), or max(x) FILTER (WHERE column = 'a')",
    );
  }
  return invalid('QUERY_REFUSED', 'Cannot run statement: only queries are allowed', 'begin with SELECT, FROM or WITH');
}

function invalid(
  code: 'QUERY_SYNTAX' | 'QUERY_REFUSED' | 'QUERY_TOO_LONG',
  message: string,
  hint: string | null = null,
) {
  return { outcome: 'invalid', code, message, line: null, column: null, hint } as const;
}

/** Line and column of an offset in characters (code points), which is what the parser counts in. */
function placeOf(sql: string, offset: number): { line: number; column: number } {
  let [line, column, at] = [1, 1, 0];
  for (const character of sql) {
    if (at >= offset) break;
    at += 1;
    column = character === '\n' ? 1 : column + 1;
    if (character === '\n') line += 1;
  }
  return { line, column };
}
