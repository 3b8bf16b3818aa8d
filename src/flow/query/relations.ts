import type { Class } from '#base/core/index.ts';
import type { AstNode } from './gate/ast.ts';

/** A column of a governed relation, as the template declares it or as a view's definition derives it. */
export interface GovernedColumn {
  readonly name: string;
  /** SQL type as an analyst sees it: `DOUBLE`, `BIGINT`, `BOOLEAN`, `VARCHAR`, `TIMESTAMP WITH TIME ZONE`, or a view's own. */
  readonly sqlType: string;
  readonly nullable: boolean;
  readonly class: Class;
  /** The class whose grant it takes to see it, where that is milder: what is made from tokens of identifiers. */
  readonly seenAs?: Class;
  /** Unit of measure in UCUM, where there is one. */
  readonly unit: string | null;
  readonly description: string | null;
}

/** Something that a statement can name in FROM. */
export interface GovernedRelation {
  readonly name: string;
  /** A stream's readings, a reference table, a table of the platform itself, or a declared view over others. */
  readonly kind: 'stream' | 'table' | 'system' | 'view';
  readonly description: string | null;
  readonly purposes: readonly string[];
  readonly columns: readonly GovernedColumn[];
  /** The relations that a view's definition may name; empty otherwise. */
  readonly from: readonly string[];
  /** A view's definition as a serialised statement (`{node, named_param_map}`); null otherwise. */
  readonly definition: AstNode | null;
  /** Where rows are there by consent alone: the column that names the person. Nobody sees others, whatever is granted. */
  readonly consent?: string;
}

/** What one subject may have of one relation for the purpose at hand. A relation without grant does not exist for it. */
export interface RelationGrant {
  /** Visible columns. `mask` is null where seen in clear, else `null`, `hash`, `round:N`, `year`, `month`, `day`, `hour`. */
  readonly columns: readonly { readonly name: string; readonly mask: string | null }[];
  /** Condition over the relation's columns, visible or not, that a row must meet; as an expression of the syntax tree. */
  readonly rowFilter: AstNode | null;
}

export type Grants = ReadonlyMap<string, RelationGrant>;
export type Relations = ReadonlyMap<string, GovernedRelation>;
