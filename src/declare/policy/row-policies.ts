import type { Template } from '#declare/template/index.ts';
import type { CedarExpression, CedarPolicyJson } from './cedar-engine.ts';
import { rowAttributes } from './row-columns.ts';
import { rowCondition } from './row-condition.ts';

/** What stands for the row of a view in partial evaluation. */
const UNKNOWN_ROW = { unknown: [{ Value: 'row' }] };

/** Whether a policy may look at the row; a mention under any other name than `resource` counts, to be safe. */
export function readsRow({ conditions }: Pick<CedarPolicyJson, 'conditions'>): boolean {
  return mentions(conditions, 'row');
}

/** Whether a policy may look at an attribute of that name. */
export function mentions(tree: unknown, attribute: string): boolean {
  if (Array.isArray(tree)) return tree.some((item) => mentions(item, attribute));
  if (typeof tree !== 'object' || tree === null) return false;
  const { attr } = tree as { readonly attr?: unknown };
  if (attr === attribute || (Array.isArray(attr) && attr.includes(attribute))) return true;
  return Object.values(tree).some((item) => mentions(item, attribute));
}

/**
 * Why what a policy says of rows can never become a filter, or null where it can: what remains of it when a request is
 * there is never more than what is written.
 */
export function rowFault(policy: CedarPolicyJson, template: Template): string | null {
  const context = { attributes: rowAttributes(template), foreign: [], isOfType: () => 'TRUE', assumeRest: true };
  for (const { body } of policy.conditions) {
    const plain = withUnknownRow(body);
    if (mentions(plain, 'row')) return 'a row that is reached in another way than as `resource.row`';
    const condition = rowCondition(plain as CedarExpression, context);
    if (typeof condition === 'object' && 'why' in condition) return condition.why;
  }
  return null;
}

/** An expression with the row of the resource as what is unknown, as partial evaluation would leave it. */
function withUnknownRow(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map((item: unknown) => withUnknownRow(item));
  if (typeof tree !== 'object' || tree === null) return tree;
  const node = tree as { readonly '.'?: Access; readonly has?: Access };
  if (isRow(node['.'])) return UNKNOWN_ROW;
  const path = node.has === undefined ? [] : [node.has.attr].flat();
  if (node.has !== undefined && isResource(node.has.left) && path[0] === 'row') {
    const [, attribute] = path;
    return attribute === undefined ? { Value: true } : { has: { left: UNKNOWN_ROW, attr: attribute } };
  }
  if (node.has !== undefined && path.length === 1 && isRow((node.has.left as typeof node)['.'])) {
    return { has: { left: UNKNOWN_ROW, attr: path[0] } };
  }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, withUnknownRow(value)]));
}

interface Access {
  readonly left: unknown;
  readonly attr: string | readonly string[];
}

function isRow(access: Access | undefined): boolean {
  return access !== undefined && access.attr === 'row' && isResource(access.left);
}

function isResource(tree: unknown): boolean {
  return (tree as { readonly Var?: string } | null)?.Var === 'resource';
}
