import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import { StoreError } from './errors.ts';
import type { StreamShapes } from './ports.ts';
import type { StoredColumn } from './segment.ts';

/**
 * The columns of readings by the template that admitted them: system columns, then declared fields in their order.
 *
 * @param find the template with a digest; null where none is known
 */
export function templateShapes(find: (digest: string) => Promise<Template | null>): StreamShapes {
  return {
    columns: async (stream, template) => {
      const fields = (await find(template))?.streams.get(stream)?.fields;
      if (fields === undefined) {
        throw new StoreError(
          'STORE_TEMPLATE_UNKNOWN',
          `Cannot seal readings of ${stream}: template ${template} is not known`,
          {
            hint: 'Put the version of the template back that admitted them; its digest is in the audit log',
          },
        );
      }
      const system = SYSTEM_COLUMNS.map(({ name, type, nullable }): StoredColumn => ({
        name,
        type,
        nullable,
        class: 'operational',
        unit: null,
      }));
      const declared = fields.map(({ name, type, nullable, class: cls, unit }): StoredColumn => ({
        name,
        type,
        nullable,
        class: cls,
        unit,
      }));
      return [...system, ...declared];
    },
  };
}
