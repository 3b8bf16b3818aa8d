import type { Findings } from './findings.ts';
import { describeNode } from './source-node.ts';
import type { ListNode, MapEntry, MapNode, Position, ScalarNode, SourceNode } from './source-node.ts';

/** The part of JSON Schema that the template's schema uses. */
export interface ShapeSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, ShapeSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ShapeSchema;
  readonly propertyNames?: { readonly pattern: string; readonly title: string };
  readonly maxProperties?: number;
  readonly items?: ShapeSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly anyOf?: readonly ShapeSchema[];
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

/**
 * Checks a node against a schema and reports each difference where it stands.
 *
 * @returns the node without the parts that are wrong, so that later checks can go on with the rest
 */
export function checkShape(node: SourceNode, schema: ShapeSchema, findings: Findings): SourceNode | null {
  if (schema.anyOf !== undefined) return checkAlternatives(node, schema.anyOf, findings);
  if (schema.enum !== undefined) return checkWord(node, schema.enum, schema, findings);
  if (schema.type === 'object')
    return node.kind === 'map' ? checkMap(node, schema, findings) : wrong(node, schema, findings);
  if (schema.type === 'array')
    return node.kind === 'list' ? checkList(node, schema, findings) : wrong(node, schema, findings);
  return node.kind === 'scalar' ? checkScalar(node, schema, findings) : wrong(node, schema, findings);
}

function checkMap(node: MapNode, schema: ShapeSchema, findings: Findings): MapNode {
  const entries = new Map<string, MapEntry>();
  const known = Object.keys(schema.properties ?? {});
  if (node.entries.size > (schema.maxProperties ?? Number.POSITIVE_INFINITY)) {
    findings.add(
      'TEMPLATE_TOO_LARGE',
      node.at,
      `${node.entries.size} entries; at most ${schema.maxProperties} are allowed`,
    );
  }
  for (const [key, entry] of node.entries) {
    const child = known.includes(key) ? schema.properties?.[key] : schema.additionalProperties;
    if (typeof child !== 'object') {
      const all = known.map((name) => `\`${name}\``).join(', ');
      // `{ sql: select a, b from c }` is three keys to YAML.
      const bare = entry.node.kind === 'scalar' && entry.node.value === null;
      const part = bare ? '; where it is a part of a text with commas, put the text in quotes' : '';
      findings.add('TEMPLATE_KEY_UNKNOWN', entry.key, `unknown key \`${clip(key)}\`; known here: ${all}${part}`, {
        found: key,
        known,
      });
      continue;
    }
    checkName(key, entry.key, schema, findings);
    const checked = checkShape(entry.node, child, findings);
    if (checked !== null) entries.set(key, { key: entry.key, node: checked });
  }
  for (const key of schema.required ?? []) {
    if (node.entries.has(key)) continue;
    const title = schema.properties?.[key]?.title ?? schema.properties?.[key]?.description;
    findings.add('TEMPLATE_KEY_MISSING', node.at, `\`${key}\` is missing${title === undefined ? '' : `: ${title}`}`);
  }
  return { ...node, entries };
}

function checkName(key: string, at: Position, schema: ShapeSchema, findings: Findings): void {
  const names = schema.propertyNames;
  if (names === undefined || new RegExp(names.pattern).test(key)) return;
  // A leading underscore is told apart by the check of reserved names, which can say whose it is.
  findings.add('TEMPLATE_NAME_INVALID', at, `\`${clip(key)}\` cannot be a name here; write ${names.title}`);
}

function checkList(node: ListNode, schema: ShapeSchema, findings: Findings): ListNode | null {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items = {} } = schema;
  if (node.items.length < minItems || node.items.length > maxItems) {
    findings.add(
      'TEMPLATE_VALUE_INVALID',
      node.at,
      `a list of ${node.items.length}; expected ${schema.title ?? 'another length'}`,
    );
    return null;
  }
  const seen = new Set<string>();
  const kept: SourceNode[] = [];
  for (const item of node.items) {
    const checked = checkShape(item, items, findings);
    if (checked === null) continue;
    const key = checked.kind === 'scalar' ? `${typeof checked.value}:${String(checked.value)}` : null;
    if (schema.uniqueItems === true && key !== null && seen.has(key)) {
      findings.add('TEMPLATE_VALUE_INVALID', item.at, `${describeNode(item)} stands in the list twice`);
      continue;
    }
    if (key !== null) seen.add(key);
    kept.push(checked);
  }
  return { ...node, items: kept };
}

function checkScalar(node: ScalarNode, schema: ShapeSchema, findings: Findings): ScalarNode | null {
  const { value } = node;
  const fits =
    schema.type === undefined ||
    (schema.type === 'null' && value === null) ||
    (schema.type === 'integer' && Number.isSafeInteger(value)) ||
    (schema.type === 'number' && Number.isFinite(value)) ||
    (schema.type === typeof value && typeof value !== 'number');
  if (!fits) return wrong(node, schema, findings);
  const inBounds =
    (typeof value !== 'number' || numberInBounds(value, schema)) &&
    (typeof value !== 'string' || textInBounds(value, schema));
  if (inBounds) return node;
  findings.add(
    'TEMPLATE_VALUE_INVALID',
    node.at,
    `found ${describeNode(node)}; expected ${schema.title ?? 'another value'}`,
  );
  return null;
}

function numberInBounds(value: number, schema: ShapeSchema): boolean {
  return (
    value >= (schema.minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (schema.maximum ?? Number.POSITIVE_INFINITY) &&
    value > (schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY)
  );
}

function textInBounds(value: string, schema: ShapeSchema): boolean {
  return (
    value.length >= (schema.minLength ?? 0) &&
    value.length <= (schema.maxLength ?? Number.POSITIVE_INFINITY) &&
    value.isWellFormed() &&
    (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value))
  );
}

function checkWord(
  node: SourceNode,
  words: readonly (string | number)[],
  schema: ShapeSchema,
  findings: Findings,
): SourceNode | null {
  if (node.kind === 'scalar' && words.some((word) => word === node.value)) return node;
  const all = words.map((word) => `\`${word}\``).join(', ');
  const found = node.kind === 'scalar' ? node.text : '';
  findings.add(
    'TEMPLATE_WORD_UNKNOWN',
    node.at,
    `found ${describeNode(node)}; expected ${words.length === 1 ? all : `one of ${all}`}`,
    { found, known: words.map(String) },
  );
  return null;
}

/** The one alternative of the node's kind decides what is reported; with none of it, all are named. */
function checkAlternatives(
  node: SourceNode,
  alternatives: readonly ShapeSchema[],
  findings: Findings,
): SourceNode | null {
  const alike = alternatives.filter((schema) => isAlike(node, schema));
  if (alike.length === 1 && alike[0] !== undefined) return checkShape(node, alike[0], findings);
  const titles = [
    ...new Set(alternatives.map((schema) => schema.title ?? schema.description ?? schema.type ?? 'a value')),
  ];
  return wrong(node, { title: titles.join(', or ') }, findings);
}

function isAlike(node: SourceNode, schema: ShapeSchema): boolean {
  if (schema.enum !== undefined)
    return node.kind === 'scalar' && schema.enum.some((word) => typeof word === typeof node.value);
  if (node.kind === 'map') return schema.type === 'object';
  if (node.kind === 'list') return schema.type === 'array';
  if (node.value === null) return schema.type === 'null';
  if (typeof node.value === 'number') return schema.type === 'number' || schema.type === 'integer';
  return schema.type === typeof node.value;
}

function wrong(node: SourceNode, schema: ShapeSchema, findings: Findings): null {
  const expected = schema.title ?? schema.type ?? 'another value';
  findings.add('TEMPLATE_TYPE_WRONG', node.at, `found ${describeNode(node)}; expected ${expected}`);
  return null;
}

function clip(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}
