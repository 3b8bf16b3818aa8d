import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { CheckContext } from './check-context.ts';
import type { SourcePath } from './source-node.ts';
import { RESERVED_RELATIONS } from './vocabulary.ts';

/**
 * Checks that no name is reserved or means two things. SQL does not tell case apart, so neither may names that
 * become relations or columns.
 */
export function checkNames(context: CheckContext): void {
  const { source } = context;
  const relations = new Map<string, string>();
  for (const section of ['streams', 'tables', 'views'] as const) {
    for (const name of Object.keys(source[section] ?? {})) {
      const path = [section, name];
      if (RESERVED_RELATIONS.has(name.toLowerCase())) {
        context.atKey(path, 'TEMPLATE_NAME_RESERVED', `\`${name}\` is a word of SQL; choose another name`);
      }
      if (/^(duckdb|pragma|sqlite|pg)_/i.test(name)) {
        context.atKey(
          path,
          'TEMPLATE_NAME_RESERVED',
          `names that start with \`${name.split('_')[0]}_\` belong to the query engine`,
        );
      }
      claim(context, relations, name, path, section.slice(0, -1));
    }
  }
  for (const section of ['streams', 'tables'] as const) {
    for (const [name, relation] of Object.entries(source[section] ?? {})) {
      const columns = new Map<string, string>();
      for (const field of Object.keys(relation?.fields ?? {})) {
        checkField(context, columns, [section, name, 'fields', field], field, section === 'streams');
      }
    }
  }
}

function checkField(
  context: CheckContext,
  taken: Map<string, string>,
  path: SourcePath,
  name: string,
  inStream: boolean,
): void {
  if (inStream && SYSTEM_COLUMNS.some((column) => column.name === name.toLowerCase())) {
    context.atKey(path, 'TEMPLATE_NAME_RESERVED', `\`${name}\` is a column that every stream has; choose another name`);
  }
  claim(context, taken, name, path, 'field');
}

function claim(context: CheckContext, taken: Map<string, string>, name: string, path: SourcePath, kind: string): void {
  const folded = name.toLowerCase();
  const holder = taken.get(folded);
  if (holder !== undefined)
    context.atKey(path, 'TEMPLATE_NAME_TAKEN', `\`${name}\` is taken by ${holder}; SQL does not tell case apart`);
  else taken.set(folded, `${kind} \`${name}\``);
}
