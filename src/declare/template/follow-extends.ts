import type { Findings } from './findings.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { mergeSource } from './merge-source.ts';
import { parseYaml } from './parse-yaml.ts';
import type { MapNode, ScalarNode, SourceNode } from './source-node.ts';
import { describeNode } from './source-node.ts';
import { PACKAGE_FOLDER, resolveExtends } from './source-path.ts';

/** Reads a file of the template's folder or of the package by the path that `resolveSourcePath` gives; null: none. */
export type ReadSource = (path: string) => string | null;

/** At most this many files make one template, however they refer to each other. */
const MAX_FILES = 32;

/**
 * Reads a template and all that it extends into one mapping.
 *
 * @returns null where findings keep it from being one mapping
 */
export function followExtends(
  source: { path: string; text: string },
  readFile: ReadSource,
  findings: Findings,
): MapNode | null {
  let files = 0;

  function follow(path: string, text: string, above: readonly string[]): MapNode | null {
    files += 1;
    const root = parseYaml(path, text, findings);
    if (root === null) return null;
    if (root.kind !== 'map') {
      findings.add(
        'TEMPLATE_TYPE_WRONG',
        root.at,
        `found ${describeNode(root)}; expected a template: a mapping that starts with \`template: 1\``,
      );
      return null;
    }
    let merged: MapNode | null = null;
    for (const reference of referencesOf(root)) {
      const base = fetchBase(path, reference, above);
      if (base === null) continue;
      const inherited = follow(base.path, base.text, [...above, path]);
      if (inherited === null) continue;
      merged = merged === null ? inherited : mergeSource(merged, inherited);
    }
    const own = new Map(root.entries);
    if (merged === null) return root;
    own.delete('extends');
    return mergeSource(merged, { ...root, entries: own });
  }

  function fetchBase(
    from: string,
    reference: ScalarNode,
    above: readonly string[],
  ): { path: string; text: string } | null {
    const refuse = (
      why: string,
      code: 'TEMPLATE_EXTENDS_INVALID' | 'TEMPLATE_FILE_MISSING' = 'TEMPLATE_EXTENDS_INVALID',
    ) => {
      findings.add(code, reference.at, why);
      return null;
    };
    const path = resolveExtends(from, String(reference.value));
    if (path === null) {
      return refuse(
        `\`${reference.text}\` leaves the template's folder; name a file in it, or one of the package such as \`industry/logistics\``,
      );
    }
    if (path === from || above.includes(path))
      return refuse(`\`${reference.text}\` extends itself: ${[...above, from, path].join(' → ')}`);
    if (above.length + 1 >= TEMPLATE_BOUNDS.extendsDepth || files >= MAX_FILES)
      return refuse('templates extend each other too deep; at most 8 in a row are followed');
    const text = readFile(path);
    if (text !== null) return { path, text };
    const where = path.startsWith(PACKAGE_FOLDER) ? '; `weir init` lists the templates of the package' : '';
    return refuse(`there is no file \`${path}\`${where}`, 'TEMPLATE_FILE_MISSING');
  }

  return follow(source.path, source.text, []);
}

/** The references of `extends`, where it has the right shape; the schema reports where it has not. */
function referencesOf(root: MapNode): readonly ScalarNode[] {
  const node: SourceNode | undefined = root.entries.get('extends')?.node;
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.filter((item) => item.kind === 'scalar').filter((item) => typeof item.value === 'string');
}
