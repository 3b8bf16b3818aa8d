import type { AstNode } from './ast.ts';
import { isNode, listOf, textOf } from './ast.ts';
import { Refusal, shown } from './refusal.ts';

/** Names of the engine's own catalogue, which a WITH query must not be mistaken for. */
const RESERVED = /^(duckdb|pragma|sqlite|pg|weir)_|^(information_schema|weir)$/;

/** One WITH query, in the chain of those that a place in a statement sees. */
export class CteScope {
  readonly name: string;
  /** The scope that its own definition sees. */
  readonly before: CteScope | null;
  readonly definition: AstNode;
  #takesAll: boolean;

  private constructor(name: string, before: CteScope | null, definition: AstNode, takesAll: boolean) {
    this.name = name;
    this.before = before;
    this.definition = definition;
    this.#takesAll = takesAll;
  }

  /** The scope after a WITH clause; each query sees those before it. */
  static open(outer: CteScope | null, entries: readonly AstNode[]): CteScope | null {
    let scope = outer;
    for (const entry of entries) {
      const name = textOf(entry, 'key');
      const definition = entry['value'];
      if (!isNode(definition) || Object.keys(entry).length !== 2)
        throw new Refusal('WITH', 'the WITH clause has an unknown form');
      if (RESERVED.test(name.toLowerCase())) {
        throw new Refusal(`name ${shown(name)}`, `a WITH query may not be named ${shown(name)}`, 'choose another name');
      }
      scope = new CteScope(name, scope, definition, listOf(definition, 'aliases').length > 0);
    }
    return scope;
  }

  /** The scope inside a recursive query, which sees itself. */
  static named(outer: CteScope | null, name: string): CteScope {
    return new CteScope(name, outer, {}, true);
  }

  get takesAll(): boolean {
    return this.#takesAll;
  }

  /** Notes that some mention takes every column of the query. */
  takeAll(): void {
    this.#takesAll = true;
  }

  find(name: string): CteScope | undefined {
    return this.name.toLowerCase() === name.toLowerCase() ? this : this.before?.find(name);
  }

  /** The queries of this clause alone, last to first. */
  own(outer: CteScope | null): CteScope[] {
    return [this, ...(this.before === null || this.before === outer ? [] : this.before.own(outer))];
  }
}
