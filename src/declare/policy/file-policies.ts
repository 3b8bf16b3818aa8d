import type { Template } from '#declare/template/index.ts';
import type { CedarEngine, CedarPolicyJson } from './cedar-engine.ts';
import type { Policy, PolicyAction } from './platform-policies.ts';
import { POLICY_ACTIONS } from './platform-policies.ts';
import { DEVICE_TYPE } from './row-columns.ts';
import { mentions, readsRow } from './row-policies.ts';

/** What every attribute of the context is called where a policy reads it as a whole. */
export const ALL_CONTEXT = '*';

/** A policy from a `.cedar` file, with the obligations that its annotations ask for. */
export interface FilePolicy extends Policy {
  /** `@rows("sql")` on a policy that permits `query`: only rows that meet the condition. */
  readonly rows: string | null;
  /** `@mask("hash")` on a policy that permits `see`: the column is seen masked. */
  readonly mask: string | null;
  /** Whether it looks at the row of a view, so that it decides row by row. */
  readonly byRow: boolean;
  /** Whether it asks for the type of the device of a row, which the inventory tells. */
  readonly byDeviceType: boolean;
}

/**
 * The policies of the `.cedar` files of a template. Each is called by its `@id`, else by file and number:
 * `policies.night_shift.3`.
 *
 * @throws {PolicyError} POLICY_INVALID where a file does not parse; `checkPolicies` tells where
 */
export function filePolicies(template: Template, engine: CedarEngine): readonly FilePolicy[] {
  return (template.policies ?? []).flatMap(({ file, text }) =>
    engine.split(text).map((policy, index) => readPolicy(policy, `${stemOf(file)}.${index + 1}`, engine)),
  );
}

function readPolicy(text: string, numbered: string, engine: CedarEngine): FilePolicy {
  const json = engine.toJson(text);
  const annotations = json.annotations ?? {};
  const id = `policies.${annotations['id'] ?? numbered}`;
  return {
    id,
    effect: json.effect,
    text,
    statement: annotations['description'] ?? text.replaceAll(/\s+/g, ' ').slice(0, 200),
    actions: actionsOf(json),
    reads: [...readsOf(json.conditions)].sort(),
    rows: annotations['rows'] ?? null,
    mask: annotations['mask'] ?? null,
    byRow: readsRow(json),
    byDeviceType: mentions(json.conditions, DEVICE_TYPE),
  };
}

/**
 * The actions that the scope of a policy admits. What a device hears is its own commands and nothing else, whatever a
 * file says: the gateway knows that without asking.
 */
function actionsOf({ action }: CedarPolicyJson): readonly PolicyAction[] {
  const open = POLICY_ACTIONS.filter((known) => known !== 'subscribe');
  if (action.op === 'All') return open;
  const entities = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  const named = entities.map((entity) => ('__entity' in entity ? entity.__entity.id : entity.id));
  return open.filter((known) => named.includes(known));
}

/** The attributes of the context that an expression reads; a use of the whole context reads all. */
function readsOf(tree: unknown, reads = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(tree)) for (const item of tree) readsOf(item, reads);
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return reads;
  for (const [operator, value] of Object.entries(tree as Record<string, unknown>)) {
    const attribute = attributeOf(operator, value);
    if (attribute !== null) for (const name of attribute) reads.add(name);
    else if (operator === 'Var' && value === 'context') reads.add(ALL_CONTEXT);
    else readsOf(value, reads);
  }
  return reads;
}

/** The attributes that `context.x` and `context has x` read, or null where an expression is neither. */
function attributeOf(operator: string, value: unknown): readonly string[] | null {
  if (operator !== '.' && operator !== 'has') return null;
  const { left, attr } = value as { readonly left?: { readonly Var?: string }; readonly attr?: string | string[] };
  if (left?.Var !== 'context' || attr === undefined) return null;
  return typeof attr === 'string' ? [attr] : attr.slice(0, 1);
}

function stemOf(file: string): string {
  return file.replace(/\.cedar$/, '').replaceAll(/[^A-Za-z0-9_-]/g, '-');
}
