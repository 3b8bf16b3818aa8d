import type { Findings } from './findings.ts';
import type { ReadSource } from './follow-extends.ts';
import { mergeSource } from './merge-source.ts';
import { parseYaml } from './parse-yaml.ts';
import { RULE_BOUNDS } from './schema-rules.ts';
import { describeNode } from './source-node.ts';
import type { MapNode, ScalarNode } from './source-node.ts';
import { resolveSourcePath } from './source-path.ts';

/**
 * Puts the rules of the files that `rule-files` names under those of the template: a later one replaces an earlier one
 * of its name, and the template's own come last. A rule without a value is taken out.
 */
export function readRuleFiles(root: MapNode, readFile: ReadSource, findings: Findings): MapNode {
  const named = root.entries.get('rule-files')?.node;
  if (named?.kind !== 'list') return root;
  const own = root.entries.get('rules');
  // What is no mapping stays, so that whoever checks its shape says so.
  if (own !== undefined && own.node.kind !== 'map') return root;
  let merged: MapNode | null = null;
  if (named.items.length > RULE_BOUNDS.files) {
    const message = `${named.items.length} files are named; at most ${RULE_BOUNDS.files} are read`;
    findings.add('TEMPLATE_TOO_LARGE', named.at, message);
    return root;
  }
  for (const item of named.items) {
    const rules = item.kind === 'scalar' ? readRules(item, readFile, findings) : null;
    if (rules !== null) merged = merged === null ? rules : mergeRules(merged, rules);
  }
  if (merged === null) return root;
  const all = own?.node.kind === 'map' ? mergeRules(merged, own.node) : merged;
  const entries = new Map(root.entries);
  entries.set('rules', { key: own?.key ?? named.at, node: all });
  return { ...root, entries };
}

/** A rule is replaced whole: half of one with half of another is neither. */
function mergeRules(base: MapNode, over: MapNode): MapNode {
  const replaced = new Map([...base.entries].filter(([name]) => over.entries.get(name)?.node.kind !== 'map'));
  return mergeSource({ ...base, entries: replaced }, over);
}

function readRules(item: ScalarNode, readFile: ReadSource, findings: Findings): MapNode | null {
  const refuse = (code: Parameters<Findings['add']>[0], message: string): null => {
    findings.add(code, item.at, message);
    return null;
  };
  const path = resolveSourcePath(item.at.file, String(item.value));
  if (path === null) {
    return refuse('TEMPLATE_EXTENDS_INVALID', `\`${item.text}\` leaves the template's folder; name a file in it`);
  }
  const text = readFile(path);
  if (text === null) return refuse('TEMPLATE_FILE_MISSING', `there is no file \`${path}\``);
  if (text.length > RULE_BOUNDS.fileCharacters) {
    const most = RULE_BOUNDS.fileCharacters;
    return refuse('TEMPLATE_TOO_LARGE', `\`${path}\` has ${text.length} characters; at most ${most} are read`);
  }
  const root = parseYaml(path, text, findings);
  if (root === null) return null;
  const rules = root.kind === 'map' ? root.entries.get('rules')?.node : undefined;
  if (root.kind !== 'map' || rules?.kind !== 'map') {
    findings.add('TEMPLATE_TYPE_WRONG', root.at, `found ${describeNode(root)}; expected a mapping with \`rules\``);
    return null;
  }
  for (const [key, { key: at }] of root.entries) {
    if (key === 'rules') continue;
    const message = `unknown key \`${key.slice(0, 64)}\`; a file of rules has \`rules\` alone`;
    findings.add('TEMPLATE_KEY_UNKNOWN', at, message, { found: key, known: ['rules'] });
  }
  return rules;
}
