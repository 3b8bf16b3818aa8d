import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import { tokenDomainOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { StoreError } from '#flow/store/index.ts';
import type { StoredColumn, StreamShapes } from '#flow/store/index.ts';

/** The columns of a stream as a version of the template declares them: system columns, then fields that are stored. */
export function columnsOf(template: Template, stream: string): readonly StoredColumn[] {
  const system = SYSTEM_COLUMNS.map(({ name, type, nullable }) => ({
    name,
    type,
    nullable,
    class: 'operational' as const,
    unit: null,
  }));
  const fields = template.streams.get(stream)?.fields ?? [];
  return [
    ...system,
    ...fields
      .filter((field) => field.class !== 'secret' && field.withheld !== true)
      .map((field) => {
        const { name, type, nullable, class: cls, unit } = field;
        const domain = tokenDomainOf(stream, field);
        const tokens = domain === null ? {} : { tokens: { domain, version: 1 } };
        return { name, type, nullable, class: cls, unit, ...tokens };
      }),
  ];
}

/** The classes of the columns of a stream; of one that is not declared none but those of system columns. */
export function classesOf(template: Template | undefined, stream: string): ReadonlyMap<string, Class> {
  if (template === undefined) return new Map();
  return new Map(columnsOf(template, stream).map(({ name, class: cls }) => [name, cls]));
}

/** Shapes by the digest that each batch carries. */
export function shapesOf(find: (digest: string) => Template | undefined): StreamShapes {
  return {
    columns: (stream, digest) => {
      const template = find(digest);
      if (template === undefined) {
        throw new StoreError(
          'STORE_TEMPLATE_UNKNOWN',
          `Cannot seal readings of ${stream}: no template has digest ${digest.slice(0, 12)}`,
        );
      }
      return columnsOf(template, stream);
    },
  };
}
