import { requireColumnValue } from './table-columns.ts';
import type { Columns, Values } from './table-columns.ts';
import type { SqlValue } from './ports.ts';

/** A condition on one column in clear: a value to equal, or bounds, a choice, an exception. */
export type Condition<T> =
  | T
  | { readonly from?: NonNullable<T>; readonly below?: NonNullable<T> }
  | { readonly in: readonly NonNullable<T>[] }
  | { readonly not: T };

/** Conditions that all must hold; `from` is inclusive, `below` exclusive. */
export type Where<C extends Columns> = { readonly [N in keyof C]?: Condition<Values<C>[N]> };

/** The ` WHERE …` of a statement and its parameters; empty without conditions. */
export function whereSql(
  table: string,
  columns: Columns,
  where: Readonly<Record<string, unknown>>,
): {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
} {
  const parts: string[] = [];
  const parameters: SqlValue[] = [];
  for (const [name, condition] of Object.entries(where)) {
    const kind = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (kind === undefined) throw new TypeError(`${table} has no column ${name} in clear`);
    if (condition === undefined) continue;
    const add = (operator: string, value: unknown): void => {
      parts.push(`"${name}" ${operator} ?`);
      parameters.push(requireColumnValue(table, name, kind, value));
    };
    if (condition === null) parts.push(`"${name}" IS NULL`);
    else if (typeof condition !== 'object' || condition instanceof Uint8Array) add('=', condition);
    else if ('not' in condition) {
      if (condition.not === null) parts.push(`"${name}" IS NOT NULL`);
      else add('<>', condition.not);
    } else if ('in' in condition) {
      const choice = condition.in as readonly unknown[];
      parts.push(choice.length === 0 ? '1 = 0' : `"${name}" IN (${choice.map(() => '?').join(', ')})`);
      for (const value of choice) parameters.push(requireColumnValue(table, name, kind, value));
    } else {
      const bounds = condition as { from?: unknown; below?: unknown };
      if (bounds.from !== undefined) add('>=', bounds.from);
      if (bounds.below !== undefined) add('<', bounds.below);
    }
  }
  return { sql: parts.length === 0 ? '' : ` WHERE ${parts.join(' AND ')}`, parameters };
}
