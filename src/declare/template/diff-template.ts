import type { Json } from '#base/core/index.ts';
import { judgeChange } from './diff-rules.ts';
import type { ChangeEffect } from './diff-judges.ts';
import { templateToJson } from './template-json.ts';
import type { Template } from './types.ts';

/** One difference between two templates and what it does to protection. */
export interface TemplateChange {
  /** Dotted place, such as `streams.climate.fields.door.class`. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Null where it was not there, as where it was null. */
  readonly before: Json;
  readonly after: Json;
  readonly effect: ChangeEffect;
  readonly explanation: string;
}

type Tree = Json | ReadonlyMap<string, Tree>;

/** Every difference in meaning between two templates, in order of path. Order of declaration is none. */
export function diffTemplates(before: Template, after: Template): readonly TemplateChange[] {
  const changes: TemplateChange[] = [];
  compare([], treeOf(before), treeOf(after), { before, after }, changes);
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Whether a change has to be refused, and whether it weakens, so that a second approver is asked. */
export function summariseChanges(changes: readonly TemplateChange[]): { refused: boolean; weakens: boolean } {
  return {
    refused: changes.some((change) => change.effect === 'refused'),
    weakens: changes.some((change) => change.effect === 'weakens'),
  };
}

function compare(
  path: readonly string[],
  before: Tree | undefined,
  after: Tree | undefined,
  templates: { before: Template; after: Template },
  changes: TemplateChange[],
): void {
  if (before instanceof Map && after instanceof Map) {
    const keys = new Set<string>([...before.keys(), ...after.keys()]);
    for (const key of keys) compare([...path, key], before.get(key), after.get(key), templates, changes);
    return;
  }
  if (before === undefined && after === undefined) return;
  const [was, is] = [jsonOf(before), jsonOf(after)];
  if (before !== undefined && after !== undefined && JSON.stringify(was) === JSON.stringify(is)) return;
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  const judged = judgeChange({
    path,
    kind,
    before: was,
    after: is,
    old: templates.before,
    new: templates.after,
  });
  changes.push({ path: path.join('.'), kind, before: was, after: is, ...judged });
}

/** Named things by name; ranges and lists of words stay values. */
function treeOf(template: Template): Tree {
  const form = templateToJson(template) as { readonly template: Json };
  return branchOf(form.template);
}

function branchOf(value: Json): Tree {
  if (Array.isArray(value)) {
    const named = value.length > 0 && value.every((item: Json) => nameOf(item) !== null);
    return named ? new Map(value.map((item: Json) => [nameOf(item) ?? '', branchOf(item)])) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  if (members.length === 1 && members[0]?.[0] === 'map') {
    return new Map((members[0][1] as [string, Json][]).map(([key, item]) => [key, branchOf(item)]));
  }
  return new Map(members.map(([key, item]) => [key, branchOf(item)]));
}

/** A field is told from other values by its name and type. */
function nameOf(item: Json): string | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
  const { name, type } = item as { readonly name?: Json; readonly type?: Json };
  return typeof name === 'string' && typeof type === 'string' ? name : null;
}

function jsonOf(tree: Tree | undefined): Json {
  if (tree === undefined) return null;
  if (!(tree instanceof Map)) return tree as Json;
  return Object.fromEntries([...tree].map(([key, value]) => [key, jsonOf(value)]));
}
