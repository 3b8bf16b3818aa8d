import { stricterClass } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import type { Segment, StoredColumn } from './segment.ts';

/**
 * The classes that the template in force gives the columns of a stream. A column that is not among them, because its
 * field is declared no more or must not be stored any more, keeps the class that it was sealed under.
 */
export type DeclaredClasses = (stream: string) => ReadonlyMap<string, Class>;

/** The columns under the classes that are declared. */
export function underDeclared(
  columns: readonly StoredColumn[],
  declared: ReadonlyMap<string, Class>,
): readonly StoredColumn[] {
  return columns.map((column) => ({ ...column, class: declared.get(column.name) ?? column.class }));
}

/** Whether a column of a segment is sealed under another class than is declared. */
export function isUnderOtherClass(segment: Segment, declared: DeclaredClasses): boolean {
  const classes = declared(segment.stream);
  return segment.columns.some(({ name, class: cls }) => (classes.get(name) ?? cls) !== cls);
}

/**
 * The columns that got another class than the strictest which they had in the inputs, in words for the log:
 * `driver personal>operational`.
 */
export function changedClasses(inputs: readonly Segment[], columns: readonly StoredColumn[]): readonly string[] {
  const before = new Map<string, Class>();
  for (const { name, class: cls } of inputs.flatMap((input) => input.columns))
    before.set(name, stricterClass(cls, before.get(name) ?? cls));
  return columns.flatMap(({ name, class: cls }) => {
    const old = before.get(name) ?? cls;
    return old === cls ? [] : [`${name} ${old}>${cls}`];
  });
}
