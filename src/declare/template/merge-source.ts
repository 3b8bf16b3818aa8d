import type { MapEntry, MapNode } from './source-node.ts';

/**
 * Lays one template over another: mappings merge key by key, everything else (words, numbers, lists) replaces what
 * was there, and a key without a value takes out what was inherited. Inherited keys come first, in their order.
 */
export function mergeSource(base: MapNode, over: MapNode): MapNode {
  const entries = new Map<string, MapEntry>(base.entries);
  for (const [key, entry] of over.entries) {
    const inherited = base.entries.get(key);
    if (inherited !== undefined && entry.node.kind === 'scalar' && entry.node.value === null) entries.delete(key);
    else if (inherited?.node.kind === 'map' && entry.node.kind === 'map') {
      entries.set(key, { key: entry.key, node: mergeSource(inherited.node, entry.node) });
    } else entries.set(key, entry);
  }
  return { kind: 'map', entries, at: over.at };
}
