import type { Template } from '#declare/template/index.ts';
import { cedarRequest } from './cedar-request.ts';
import type { PolicyVersion } from './policy-version.ts';
import { foreignColumns, rowAttributesOf } from './row-columns.ts';
import { both, either, not, rowCondition } from './row-condition.ts';
import type { RowCondition } from './row-condition.ts';
import type { AccessRequest } from './types.ts';

/** Names of the devices of a type; null where there are too many to list. */
export type DevicesOfType = (type: string) => readonly string[] | null;

/** What policies about rows leave of a relation. */
export interface RowRule {
  /** Rows for which the policies allow; false where none, true where all. */
  readonly condition: RowCondition;
  /** The policies that had a part in it. */
  readonly policies: readonly string[];
  /** Whether anything permits any row, so that only a forbid or what cannot be told keeps the view away. */
  readonly permitted: boolean;
  /** The policy that forbids every row, or whose part in it cannot be told. */
  readonly forbidding: string | null;
  /** Why it cannot be told. */
  readonly unknown: string | null;
}

/**
 * The rows of a view that its policies allow for a request: Cedar evaluates what is known, and what is left of each
 * policy becomes a condition on the row. A permit that cannot become one permits nothing, a forbid forbids everything.
 *
 * @param permitted whether a policy that asks nothing of rows permits
 * @see https://docs.cedarpolicy.com, partial evaluation; forbid overrides permit, for each row
 */
export function rowRule(
  request: AccessRequest,
  permitted: boolean,
  template: Template,
  version: PolicyVersion,
  devicesOfType: DevicesOfType | null,
): RowRule {
  const { name } = request.resource;
  const lineage = request.context.lineage;
  const context = {
    attributes: rowAttributesOf(template, name, lineage),
    foreign: foreignColumns(template, name, lineage),
    isOfType: (types: readonly string[]) => ofTypeSql(types, devicesOfType),
  };
  const { residuals, failed } = version.askRows(cedarRequest(request, template), request.context.row);
  const used: string[] = [];
  let unknown: string | null = null;
  let forbidding: string | null = failed[0] ?? null;
  let permits: RowCondition = permitted;
  let forbids: RowCondition = false;
  for (const { id, effect, condition } of residuals) {
    const translated = rowCondition(condition, context);
    if (typeof translated === 'object' && 'why' in translated) {
      unknown = translated.why;
      if (effect === 'forbid') forbidding ??= id;
      continue;
    }
    if (translated === false) continue;
    used.push(id);
    if (effect === 'permit') permits = either(permits, translated);
    else {
      forbids = either(forbids, translated);
      if (translated === true) forbidding ??= id;
    }
  }
  const condition = forbidding === null ? both(permits, not(forbids)) : false;
  return { condition, policies: used, permitted: permits !== false, forbidding, unknown };
}

/** Without an inventory the condition is one that only people read. */
function ofTypeSql(types: readonly string[], devicesOfType: DevicesOfType | null): string | null {
  const quoted = (names: readonly string[]): string =>
    names.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');
  if (devicesOfType === null) return `(device_type IN (${quoted(types)}))`;
  const names: string[] = [];
  for (const type of types) {
    const of = devicesOfType(type);
    if (of === null) return null;
    names.push(...of);
  }
  return names.length === 0 ? 'FALSE' : `("device" IN (${quoted(names)}))`;
}
