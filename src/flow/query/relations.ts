import type { Class, FieldType } from '#base/core/index.ts';
import type { PrivacyRules } from '#declare/template/index.ts';
import type { GridColumn } from './execute/grid-column.ts';
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
  /** What it is for, where that is not all that its relation is for; for anything else it shows null. */
  readonly purposes?: readonly string[];
  /** True where the question at hand is for none of these. */
  readonly hidden?: true;
  /** Present where it is not stored but made of another column of its relation. */
  readonly grid?: GridColumn;
}

/** A column of a private view, and what answers about it may rest on: only what the template says, never the rows. */
export interface PrivateColumn {
  readonly name: string;
  /** The column of the stream that it shows. */
  readonly source: string;
  readonly type: FieldType;
  /** Finite bounds of its values; null where the template does not give both. */
  readonly range: readonly [number, number] | null;
  /** The values by which answers may be grouped, as text; null where they are not listed. */
  readonly keys: readonly string[] | null;
  readonly unit: string | null;
  readonly class: Class;
}

/** A view that shows no row and answers aggregates with noise. */
export interface PrivateView {
  readonly name: string;
  /** The stream whose budget it spends. */
  readonly stream: string;
  /** The column of the stream that says whose a row is. */
  readonly owner: string;
  readonly rules: PrivacyRules;
  readonly columns: readonly PrivateColumn[];
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
  /** Present where it is a private view. */
  readonly private?: PrivateView;
  /**
   * Condition that rows must meet whoever asks, in a view too, such as not to be about somebody who was erased; as an
   * expression of the syntax tree that `bindFilter` bound. Absent where all rows may be shown.
   */
  readonly withheld?: AstNode;
}

/** What one subject may have of one relation for the purpose at hand. A relation without grant does not exist for it. */
export interface RelationGrant {
  /** Visible columns. `mask` is null where seen in clear, else `null`, `hash`, `bucket:N`, `round:N`, `year`, `month`, `day`, `hour`. */
  readonly columns: readonly { readonly name: string; readonly mask: string | null }[];
  /** Condition over the relation's columns, visible or not, that a row must meet; as an expression of the syntax tree. */
  readonly rowFilter: AstNode | null;
}

export type Grants = ReadonlyMap<string, RelationGrant>;
export type Relations = ReadonlyMap<string, GovernedRelation>;
