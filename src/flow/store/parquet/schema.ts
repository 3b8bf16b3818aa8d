import { parquetInvalid, StoreError } from '../errors.ts';
import { MAX_ORDINAL, Repetition, SchemaField } from './format.ts';
import { bytesAt, decodeText, intAt } from './thrift-access.ts';
import { i32 } from './thrift-value.ts';
import type { ThriftStruct } from './thrift-value.ts';
import { withFields } from './thrift-value.ts';

/** A column of values: a leaf of the schema. */
export interface Leaf {
  /** Position among the leaves of the whole schema: the column ordinal of its modules. */
  readonly index: number;
  /** Names from below the root down to the leaf. */
  readonly path: readonly string[];
  /** True where it is OPTIONAL. */
  readonly nullable: boolean;
}

interface Node {
  readonly element: ThriftStruct;
  readonly name: string;
  readonly children: readonly Node[];
  /** Set for leaves only. */
  readonly leaf: number | null;
}

/** Groups within groups beyond this are refused. */
const MAX_SCHEMA_DEPTH = 64;

/** The schema of a file as a tree. */
export class SchemaTree {
  readonly leaves: readonly Leaf[];
  readonly #leafElements: readonly ThriftStruct[];
  readonly #root: Node;

  /**
   * @param elements the flattened schema of the footer, root first
   * @throws {StoreError} STORE_PARQUET_INVALID if it is no tree; or if a name holds a dot, for then two columns could
   *   share one joined path
   */
  constructor(elements: readonly ThriftStruct[]) {
    const leaves: Leaf[] = [];
    const leafElements: ThriftStruct[] = [];
    let at = 0;
    // Untrusted: the number of children is bounded by the elements that are left, the depth by a constant.
    const build = (path: readonly string[], depth: number): Node => {
      const element = elements[at];
      at += 1;
      if (element === undefined || depth > MAX_SCHEMA_DEPTH) throw parquetInvalid('its schema is no tree');
      const name = decodeText(bytesAt(element, SchemaField.Name, 'the name of a column') ?? new Uint8Array(), 'a name');
      if (depth > 0 && (name === '' || name.includes('.'))) {
        throw parquetInvalid('the name of a column is empty or holds a dot');
      }
      const here = depth === 0 ? path : [...path, name];
      const count = intAt(element, SchemaField.NumChildren, 'the number of children');
      if (count === undefined && depth > 0) {
        const index = leaves.length;
        if (index > MAX_ORDINAL) throw parquetInvalid('it has too many columns');
        const repetition = intAt(element, SchemaField.Repetition, 'the repetition of a column');
        leaves.push({ index, path: here, nullable: repetition === Repetition.Optional });
        leafElements.push(element);
        return { element, name, children: [], leaf: index };
      }
      const wanted = count ?? 0;
      if (wanted < 0 || wanted > elements.length - at) throw parquetInvalid('its schema is no tree');
      const children: Node[] = [];
      for (let i = 0; i < wanted; i += 1) children.push(build(here, depth + 1));
      if (new Set(children.map((child) => child.name)).size !== children.length) {
        throw parquetInvalid('two columns have one name');
      }
      return { element, name, children, leaf: null };
    };
    this.#root = build([], 0);
    if (at !== elements.length) throw parquetInvalid('its schema is no tree');
    this.leaves = leaves;
    this.#leafElements = leafElements;
  }

  /** The SchemaElement of a leaf. */
  elementOf({ index }: Leaf): ThriftStruct {
    return this.#leafElements[index]!;
  }

  /**
   * The leaves at or below the given paths, in the order of the schema.
   *
   * @throws {StoreError} STORE_COLUMN_MISSING if a path leads to no leaf
   */
  select(paths: readonly (readonly string[])[]): readonly Leaf[] {
    const chosen = new Set<number>();
    for (const path of paths) {
      const found = this.leaves.filter((leaf) => path.length > 0 && path.every((name, i) => leaf.path[i] === name));
      if (found.length === 0) {
        throw new StoreError(
          'STORE_COLUMN_MISSING',
          `Cannot open column ${path.join('.')}: the file has none so named`,
        );
      }
      for (const leaf of found) chosen.add(leaf.index);
    }
    return this.leaves.filter((leaf) => chosen.has(leaf.index));
  }

  /**
   * The flattened schema with only the given leaves and the groups above them.
   *
   * @param added leaves of the first level that come after all others
   */
  prune(kept: ReadonlySet<number>, added: readonly ThriftStruct[] = []): readonly ThriftStruct[] {
    const flat: ThriftStruct[] = [];
    const visit = (node: Node): boolean => {
      if (node.leaf !== null) {
        if (kept.has(node.leaf)) flat.push(node.element);
        return kept.has(node.leaf);
      }
      const place = flat.length;
      flat.push(node.element);
      let children = node === this.#root ? added.length : 0;
      for (const child of node.children) if (visit(child)) children += 1;
      if (children === 0 && node !== this.#root) {
        flat.length = place;
        return false;
      }
      flat[place] = withFields(node.element, { [SchemaField.NumChildren]: i32(children) });
      return true;
    };
    visit(this.#root);
    return [...flat, ...added];
  }
}

/** The name under which maps of this room hold a column: unique, since no name holds a dot. */
export function columnKey(path: readonly string[]): string {
  return path.join('.');
}
