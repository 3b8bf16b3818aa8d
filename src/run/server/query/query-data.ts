import { join } from 'node:path';
import { hasCode, systemClock } from '#base/core/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { mayRead, planConsentList, shapesOf, storedFor } from '#flow/query/index.ts';
import type {
  Consenting,
  GatedStatement,
  GovernedRelation,
  GridColumns,
  PlannedRelation,
  Relations,
  RowsInMemory,
  SegmentKeys,
  TokenSight,
  TokenSights,
} from '#flow/query/index.ts';
import { damagedFor, segmentAadPrefix } from '#flow/store/index.ts';
import type { SealedObject, Segment, TailBlock } from '#flow/store/index.ts';
import type { Consents } from '#trust/consent/index.ts';
import type { KeyRing, KeyUse } from '#trust/keys/index.ts';
import { ServerError } from '../errors.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { SegmentCopies } from './segment-copies.ts';
import type { StoreHost } from '../store/host.ts';
import type { WantedKeys } from './contract.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';
import type { QueryAccess } from './query-access.ts';

export interface QueryDataParts {
  readonly objects: string;
  /** Copies of segments that lie in another place. */
  readonly copies: Pick<SegmentCopies, 'pathOf' | 'hold'>;
  readonly keys: Pick<KeyRing, 'unwrapDataKeys' | 'destructions'>;
  readonly segments: Pick<SegmentHost, 'visible'>;
  readonly store: Pick<StoreHost, 'snapshot'>;
  /** Rows of reference tables and of relations of the platform itself. */
  readonly memory: (relation: string) => Promise<RowsInMemory>;
  /** Reads no rows that are in no segment yet. */
  readonly sealedOnly?: boolean;
  /** Who consents to a stream for a purpose, and since when. */
  readonly consents: Pick<Consents, 'standing'>;
  /** How tokens are shown. */
  readonly shown: Pick<ShownDomains, 'ofColumn' | 'ofMark' | 'epoch' | 'forms' | 'domainOf'>;
  /** Columns of a relation of which something that no segment has is an original, although they are declared tokens. */
  readonly originals: (relation: string) => ReadonlySet<string>;
}

/** A tail that was sealed away meanwhile, or a store that starts anew, is asked again with a newer version of the catalogue. */
const ATTEMPTS = 20;
const AGAIN_MS = 100;

/** What a statement reads, and the way to the keys for it. */
export interface QueryData {
  readonly relations: readonly PlannedRelation[];
  /** Instead of them, what is read for one part of the answer after the other. */
  readonly slices?: readonly (readonly PlannedRelation[])[];
  readonly segments: readonly Segment[];
  /** Keys of sealed columns that the relations name, and of no others; archived segments are there once it resolves. */
  readonly keys: (wanted: readonly WantedKeys[]) => Promise<readonly SegmentKeys[]>;
  /** Lets go of what was fetched for it; to be called when the statement has ended, whatever came of it. */
  readonly ended: () => void;
}

/**
 * What a statement reads: of streams the sealed segments with exactly the columns that it needs, and the rows that are
 * not sealed yet, all at one version of the catalogue.
 *
 * @throws {StorageError} STORAGE_ROW_DAMAGED where a segment that it may need cannot be known for sure
 */
export async function readData(
  reads: GatedStatement['reads'],
  relations: Relations,
  use: Omit<KeyUse, 'resource'>,
  parts: QueryDataParts,
): Promise<QueryData> {
  for (let attempt = 1; ; attempt++) {
    const visible = await parts.segments.visible();
    const { version, segments } = visible;
    const granted = new Map<string, Granted | TailBlock>();
    const taken: Segment[] = [];
    try {
      const now = systemClock.now();
      const planned = reads.map(async ({ relation: name, columns: named, spans }) => {
        const relation = relations.get(name);
        if (relation === undefined) throw new TypeError(`a gated statement reads ${name}, which is no relation`);
        const shapes = shapesOf(relation).filter((shape) => named.includes(shape.name));
        const grids = gridsOf(relation, named);
        const columns = storedFor(named, grids);
        const sights = sightsOf(name, columns, parts);
        if (relation.kind !== 'stream')
          return { name, columns: shapes, segments: [], tail: [await parts.memory(name)], ...given(sights) };
        const [damaged] = damagedFor(name, visible, (stream) => relations.get(stream)?.kind === 'stream');
        if (damaged !== undefined) throw damaged.error;
        // Where nothing of a segment can show, it is neither fetched nor opened, and no key of it is given.
        const sealed = segments.filter((segment) => segment.stream === name && isRead(segment, spans, now));
        const ofThis = { ...use, resource: `view:${name}` };
        taken.push(...sealed);
        for (const segment of sealed) {
          granted.set(segment.id, { use: ofThis, segment, columns: neededColumns(segment, columns) });
        }
        const { batches, blocks } =
          parts.sealedOnly === true ? { batches: [], blocks: [] } : await parts.store.snapshot(name, columns, version);
        for (const block of blocks) granted.set(block.id, block);
        return {
          name,
          columns: shapes,
          segments: [
            ...sealed.map((segment) => plannedOf(segment, columns, parts, sightsOfSegment(segment, columns, parts))),
            ...blocks.map((block) => placeOfBlock(block, parts, sights)),
          ],
          tail: batches.map(({ rows, columns: held }) => ({ rows, columns: held })),
          ...given(sights),
          ...(grids.size > 0 && { grids }),
        };
      });
      const lists = reads.flatMap(({ relation: name }) => {
        const subject = relations.get(name)?.consent;
        if (subject === undefined) return [];
        const list = use.purpose === undefined ? null : parts.consents.standing(name, use.purpose);
        const sight = sightsOf(name, [subject], parts).get(subject);
        return [{ ...planConsentList(name, list), ...(sight && { sights: new Map([['subject', sight]]) }) }];
      });
      return {
        relations: [...(await Promise.all(planned)), ...lists],
        segments: taken,
        ...supply(granted, parts),
      };
    } catch (error) {
      const passing =
        hasCode(error, 'STORE_SNAPSHOT_EXPIRED') ||
        hasCode(error, 'STORE_NOT_READY') ||
        hasCode(error, 'SERVER_PROCESS_GONE');
      if (attempt >= ATTEMPTS || !passing) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

function isRead(
  { minTime, maxTime }: Pick<Segment, 'minTime' | 'maxTime'>,
  spans: GatedStatement['reads'][number]['spans'],
  now: number,
): boolean {
  return spans === undefined || mayRead(spans, minTime, maxTime, now);
}

/** A relation that sealed objects hold, asked by itself instead of the governed ones. */
export interface SealedRelation {
  readonly relation: GovernedRelation;
  readonly objects: readonly SealedObject[];
  /** How the log calls it. */
  readonly resource: string;
  readonly purpose: string | null;
  /**
   * Streams and tables that its rows come from, and the columns of each that stand in it as they are: what nobody is shown of these
   * is not shown of it.
   */
  readonly sources?: readonly { readonly name: string; readonly kept: readonly string[] }[];
  /** Where its rows are there by consent: whose. */
  readonly consenting?: Consenting | null;
  /** Statements over it give row by row: one object is opened after the other, whatever number there is of them. */
  readonly inParts?: boolean;
  /** What its answers say of themselves besides the purpose. */
  readonly notes: { readonly dataset?: string; readonly digest?: string };
}

/** All of such a relation and nothing else; that the caller may was decided before. */
export function accessOver({ relation }: Pick<SealedRelation, 'relation'>): QueryAccess {
  const columns = relation.columns.map(({ name }) => ({ name, mask: null }));
  return {
    relations: new Map([[relation.name, relation]]),
    grants: new Map([[relation.name, { columns, rowFilter: null }]]),
    otherPurpose: new Set(),
    otherRegion: new Set(),
    policies: new Map(),
  };
}

/** What a statement over such a relation reads. */
export function readObjects(
  reads: GatedStatement['reads'],
  { relation, objects, consenting = null, inParts = false }: Omit<SealedRelation, 'resource' | 'purpose' | 'notes'>,
  use: KeyUse,
  parts: Pick<QueryDataParts, 'objects' | 'copies' | 'keys' | 'shown'>,
): QueryData {
  const granted = new Map<string, Granted>();
  const relations = reads.map(({ relation: name, columns }) => {
    for (const object of objects)
      granted.set(object.id, { use, segment: object, columns: neededColumns(object, columns) });
    return {
      name,
      columns: shapesOf(relation).filter((shape) => columns.includes(shape.name)),
      // What was kept has its tokens as they were shown then.
      segments: objects.map((object) => plannedOf(object, columns, parts, NONE)),
      tail: [],
    };
  });
  const lists = relation.consent === undefined ? [] : [planConsentList(relation.name, consenting)];
  const slices = objects.map((_, at) => [
    ...relations.map((each) => ({ ...each, segments: each.segments.slice(at, at + 1) })),
    ...lists,
  ]);
  return {
    relations: inParts ? [] : [...relations, ...lists],
    ...(inParts ? { slices } : {}),
    segments: [],
    ...supply(granted, parts),
  };
}

/**
 * Keys on demand; what is archived is fetched before any key of it is used. A process asks anew for the next part of its answer
 * once it has opened what it asked for before: what was fetched for that is let go of first, or all parts together would have
 * to have room.
 */
function supply(
  granted: ReadonlyMap<string, Granted | TailBlock>,
  { copies, keys }: Pick<QueryDataParts, 'copies' | 'keys'>,
): Pick<QueryData, 'keys' | 'ended'> {
  let held: Disposable | null = null;
  let hasEnded = false;
  const hold = (next: Disposable | null): void => {
    held?.[Symbol.dispose]();
    held = next;
  };
  return {
    keys: async (wanted) => {
      const asked = wanted.map((each) => grantedTo(each, granted));
      const archived = asked.flatMap((each) =>
        'segment' in each && copies.pathOf(each.segment) !== null ? [each.segment] : [],
      );
      if (archived.length > 0) {
        hold(null);
        hold(await copies.hold(archived));
        // It may have ended while it waited.
        if (hasEnded) hold(null);
      }
      return giveKeys(asked, keys);
    },
    ended: () => {
      hasEnded = true;
      hold(null);
    },
  };
}

const NONE: TokenSights = new Map();

/** Which of the columns are made of others. */
function gridsOf({ columns }: GovernedRelation, named: readonly string[]): GridColumns {
  return new Map(
    columns.flatMap(({ name, grid }) => (grid !== undefined && named.includes(name) ? [[name, grid] as const] : [])),
  );
}

function given(sights: TokenSights): { readonly sights?: TokenSights } {
  return sights.size === 0 ? {} : { sights };
}

/** How tokens of columns that the template declares are shown. */
function sightsOf(relation: string, columns: readonly string[], { shown, originals }: QueryDataParts): TokenSights {
  const sights = columns.map((name) => [name, shown.ofColumn(relation, name, originals(relation).has(name))] as const);
  return new Map(sights.filter((each): each is readonly [string, TokenSight] => each[1] !== null));
}

/** How tokens of a segment are shown: by what it says of them, else by what the template says of columns of that name. */
function sightsOfSegment(segment: Segment, columns: readonly string[], { shown }: QueryDataParts): TokenSights {
  const sights = neededColumns(segment, columns).map(({ name, tokens }) => {
    const sight = tokens === undefined ? shown.ofColumn(segment.stream, name, true) : shown.ofMark(tokens);
    return [name, sight] as const;
  });
  return new Map(sights.filter((each): each is readonly [string, TokenSight] => each[1] !== null));
}

function plannedOf(
  segment: SealedObject,
  columns: readonly string[],
  { objects, copies, keys, shown }: Pick<QueryDataParts, 'objects' | 'copies' | 'keys' | 'shown'>,
  sights: TokenSights,
): PlannedRelation['segments'][number] {
  return {
    id: segment.id,
    path: copies.pathOf(segment) ?? join(objects, segment.objectKey),
    aadPrefix: segmentAadPrefix(segment.id, segment.version),
    columns: neededColumns(segment, columns).map(({ name }) => name),
    rows: segment.rows,
    keyEpoch: `${segment.version}/${keys.destructions}/${shown.epoch}`,
    ...given(sights),
  };
}

function placeOfBlock(
  { id, path, aadPrefix, columns, rows }: TailBlock,
  { keys, shown }: QueryDataParts,
  sights: TokenSights,
): PlannedRelation['segments'][number] {
  const keyEpoch = `tail/${keys.destructions}/${shown.epoch}`;
  return { id, path, aadPrefix, columns, rows, keyEpoch, ...given(sights) };
}

/** What a statement may ask keys of: the columns of each segment that its plan names, and for whom. */
interface Granted {
  readonly use: KeyUse;
  readonly segment: SealedObject;
  readonly columns: Segment['columns'];
}

/**
 * The keys that a query process asks for, which must be of what its plan grants. One entry in the log for each relation
 * of which sealed segments are opened, before any key is there; blocks of the tail have keys that nobody keeps, and the
 * statement's own entry tells of them.
 */
async function giveKeys(
  asked: readonly (Granted | TailBlock)[],
  keys: QueryDataParts['keys'],
): Promise<readonly SegmentKeys[]> {
  const found = new Map<string, AeadKey>();
  const sealed = asked.filter((each) => 'segment' in each);
  for (const [use, of] of Map.groupBy(sealed, (each) => each.use)) {
    const handles = of.flatMap(({ segment, columns }) => [
      segment.footerHandle,
      ...columns.map(({ handle }) => handle),
    ]);
    for (const [handle, key] of await keys.unwrapDataKeys(use, handles)) found.set(handle, key);
  }
  return asked.map((each) => {
    if (!('segment' in each)) return each.keys;
    const { segment, columns } = each;
    return {
      footer: bytesOf(found, segment.footerHandle, segment),
      columns: new Map(columns.map(({ name, handle }) => [name, bytesOf(found, handle, segment)])),
    };
  });
}

/** The process reads hostile statements: what it asks for is no more to be believed than they are. */
function grantedTo(
  { segment: id, columns: asked }: WantedKeys,
  granted: ReadonlyMap<string, Granted | TailBlock>,
): Granted | TailBlock {
  const found = granted.get(id);
  if (found !== undefined && 'segment' in found) {
    const columns = found.columns.filter(({ name }) => asked.includes(name));
    if (columns.length === asked.length) return { ...found, columns };
  } else if (found !== undefined) {
    const own = new Map([...found.keys.columns].filter(([name]) => asked.includes(name)));
    if (own.size === asked.length) return { ...found, keys: { footer: found.keys.footer, columns: own } };
  }
  throw new ServerError('SERVER_KEY_UNGRANTED', 'Cannot give keys: the plan of the statement does not grant them');
}

/** The columns to open; of a segment from before they were declared its first one, which still counts its rows. */
function neededColumns(segment: SealedObject, columns: readonly string[]): Segment['columns'] {
  const read = segment.columns.filter(({ name }) => columns.includes(name));
  return read.length > 0 ? read : segment.columns.slice(0, 1);
}

function bytesOf(keys: ReadonlyMap<string, AeadKey>, handle: string, segment: SealedObject): Uint8Array {
  const key = keys.get(handle);
  if (key !== undefined) return key.exportBytes();
  throw new ServerError('SERVER_KEY_GONE', `Cannot run statement: a key of segment ${segment.id} was destroyed`);
}
