import { stricterClass } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Segment } from '#flow/store/index.ts';

/** A field of which readings are stored under another class than a template declares. */
export interface OtherClass {
  readonly stream: string;
  readonly field: string;
  /** The strictest that a segment has. */
  readonly stored: Class;
  readonly declared: Class;
  /** Who sees the field is decided by this one until all segments are sealed anew. */
  readonly governs: Class;
  /** Segments that are to be sealed anew, and their rows. */
  readonly segments: number;
  readonly rows: number;
}

/** What would have to be sealed anew under a template, by stream and field in the order of their declaration. */
export function otherClasses(template: Template, segments: readonly Segment[]): readonly OtherClass[] {
  return [...template.streams.values()].flatMap((stream) => {
    const own = segments.filter((segment) => segment.stream === stream.name);
    return stream.fields.flatMap(({ name, class: declared }): OtherClass[] => {
      const other = own.flatMap(({ rows, columns }) =>
        columns.flatMap((column) => (column.name === name && column.class !== declared ? [{ rows, column }] : [])),
      );
      const [first] = other;
      if (first === undefined) return [];
      const stored = other.map(({ column }) => column.class).reduce(stricterClass, first.column.class);
      const rows = other.reduce((sum, one) => sum + one.rows, 0);
      const governs = stricterClass(stored, declared);
      return [{ stream: stream.name, field: name, stored, declared, governs, segments: other.length, rows }];
    });
  });
}
