/** A place in a template file; line and column count from one. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type ScalarValue = string | number | boolean | null;

/** A YAML value that knows where it stands, in whichever file of an `extends` chain. */
export type SourceNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: ScalarValue;
  /** As it was written, at most 80 characters, for messages. */
  readonly text: string;
  readonly at: Position;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
  readonly at: Position;
}

export interface MapEntry {
  readonly key: Position;
  readonly node: SourceNode;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly at: Position;
}

export type SourcePath = readonly (string | number)[];

/** The plain value of a node. Maps become objects without prototype, so that no key can mean anything but itself. */
export function plainValue(node: SourceNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  const plain = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of node.entries) plain[key] = plainValue(entry.node);
  return plain;
}

/** The node at a path, or undefined where nothing stands there. */
export function nodeAt(root: SourceNode, path: SourcePath): SourceNode | undefined {
  let node: SourceNode | undefined = root;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.node;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** Where a path stands; the nearest ancestor that exists where the path itself does not. */
export function positionAt(root: SourceNode, path: SourcePath): Position {
  for (let length = path.length; length > 0; length -= 1) {
    const node = nodeAt(root, path.slice(0, length));
    if (node !== undefined) return node.at;
  }
  return root.at;
}

/** Where the key of a path stands; for an item of a list, the item. */
export function keyPositionAt(root: SourceNode, path: SourcePath): Position {
  const parent = nodeAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (parent?.kind === 'map' && last !== undefined) {
    const entry = parent.entries.get(String(last));
    if (entry !== undefined) return entry.key;
  }
  return positionAt(root, path);
}

/** How a message names what was found. */
export function describeNode(node: SourceNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a mapping';
  return node.value === null ? 'nothing' : `\`${node.text}\``;
}
