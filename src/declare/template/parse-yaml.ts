import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import type { Findings } from './findings.ts';
import type { MapEntry, Position, ScalarValue, SourceNode } from './source-node.ts';

/** What a template file may hold at most, so that no file can exhaust the reader. */
export const YAML_LIMITS = { characters: 1_048_576, nodes: 50_000, depth: 24 } as const;

/**
 * Reads one YAML document into nodes that know their place. Untrusted: size, depth and the number of nodes, aliases
 * expanded, are bounded; keys are unique strings; tags beyond the core schema, merge keys and further documents are
 * refused.
 *
 * @returns the root, or null where findings were added
 * @see YAML 1.2.2, core schema
 */
export function parseYaml(file: string, text: string, findings: Findings): SourceNode | null {
  const start: Position = { file, line: 1, column: 1 };
  if (text.length > YAML_LIMITS.characters) {
    findings.add('TEMPLATE_TOO_LARGE', start, `the file has ${text.length} characters; at most 1048576 are read`);
    return null;
  }
  if (nestingOf(text) > YAML_LIMITS.depth * 4) {
    findings.add('TEMPLATE_TOO_LARGE', start, 'brackets are nested too deep to be a template');
    return null;
  }
  const lines = new LineCounter();
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: true,
      version: '1.2',
      schema: 'core',
    });
  } catch {
    findings.add('TEMPLATE_YAML_INVALID', start, 'the file cannot be read as YAML');
    return null;
  }
  for (const problem of [...document.errors, ...document.warnings]) {
    findings.add('TEMPLATE_YAML_INVALID', place(problem.pos[0]), `the YAML is not sound: ${problem.message}`);
  }
  if (document.errors.length + document.warnings.length > 0) return null;
  if (document.contents === null) {
    findings.add('TEMPLATE_YAML_INVALID', start, 'the file is empty; a template starts with `template: 1`');
    return null;
  }
  return new Reader(place, findings).read(document.contents);
}

class Reader {
  readonly #place: (offset: number) => Position;
  readonly #findings: Findings;
  readonly #anchors = new Map<string, Node>();
  #nodes = 0;
  #stopped = false;

  constructor(place: (offset: number) => Position, findings: Findings) {
    this.#place = place;
    this.#findings = findings;
  }

  read(contents: Node): SourceNode | null {
    const root = this.#node(contents, 0);
    return this.#stopped ? null : root;
  }

  #node(node: Node | null, depth: number): SourceNode {
    const at = this.#place(node?.range?.[0] ?? 0);
    const nothing: SourceNode = { kind: 'scalar', value: null, text: '', at };
    this.#nodes += 1;
    // Aliases are counted each time they are expanded: a document of a kilobyte can spell out more than memory holds.
    if (this.#nodes > YAML_LIMITS.nodes || depth > YAML_LIMITS.depth) {
      if (!this.#stopped) this.#findings.add('TEMPLATE_TOO_LARGE', at, 'the document is too large or nested too deep');
      this.#stopped = true;
    }
    if (this.#stopped || node === null) return nothing;
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target !== undefined) return this.#node(target, depth + 1);
      this.#findings.add('TEMPLATE_YAML_INVALID', at, `there is no anchor \`&${node.source}\` before this alias`);
      this.#stopped = true;
      return nothing;
    }
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    }
    if (isSeq(node)) {
      return { kind: 'list', items: node.items.map((item) => this.#node(item as Node | null, depth + 1)), at };
    }
    if (isMap(node)) {
      const entries = new Map<string, MapEntry>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : '';
        const keyAt = this.#place((key as Node).range?.[0] ?? 0);
        const child = this.#node(value as Node | null, depth + 1);
        entries.set(name, { key: keyAt, node: value === null ? { ...child, at: keyAt } : child });
      }
      return { kind: 'map', entries, at };
    }
    if (isScalar(node)) {
      const text = (node.source ?? String(node.value)).slice(0, 80);
      return { kind: 'scalar', value: node.value as ScalarValue, text, at };
    }
    return nothing;
  }
}

/** How deep flow brackets could be nested at most; the parser recurses once for each, so this bounds its stack. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 0x5b || c === 0x7b) deepest = Math.max(deepest, (depth += 1));
    else if ((c === 0x5d || c === 0x7d) && depth > 0) depth -= 1;
  }
  return deepest;
}
