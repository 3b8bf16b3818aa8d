import { millis, seconds } from '#base/core/index.ts';
import type { Clock, Json, Log, Micros, Millis, Random } from '#base/core/index.ts';
import { AeadKey, TokenKey } from '#base/crypto/index.ts';
import { makeRowSealer } from '#base/storage/index.ts';
import type { Catalogue, Objects, RowSealer } from '#base/storage/index.ts';
import type { Template } from '#declare/template/index.ts';
import { RequestBook } from '#assure/privacy/index.ts';
import type { Inventory } from '#trust/identity/index.ts';
import { FileJournalReader } from '#flow/journal/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import type { Custody, KeyRing } from '#trust/keys/index.ts';
import type { Confirmation } from '../backup/backup-keeper.ts';
import type { SnapshotInForce } from '../backup/snapshots-in-force.ts';
import { entriesFrom } from '../control/audit-reader.ts';
import { keptSecret } from '../control/open-log.ts';
import type { RetentionKeeper } from '../control/retention-keeper.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { DataDirectory } from '../data-directory.ts';
import type { StatementBook } from '../query/statement-book.ts';
import type { StoreHost } from '../store/host.ts';
import type { ReferenceTables } from '../tables/reference-tables.ts';
import type { ShownDomains } from '../tokens/shown-domains.ts';
import type { TokenVault } from '../tokens/token-vault.ts';
import { cornersOf } from './corners.ts';
import { Eraser } from './eraser.ts';
import { devicesOwnedBy, inventoryCorner } from './inventory-corner.ts';
import { RightsKeeper } from './rights-keeper.ts';
import { unbelievedSegments } from './unbelieved-segments.ts';
import type { SubjectCorner } from './subject-corner.ts';
import type { SubjectGate } from './subject-gate.ts';

export interface OpenRightsParts {
  readonly layout: DataDirectory;
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly custody: Custody;
  readonly keys: KeyRing;
  readonly segments: SegmentHost;
  readonly store: StoreHost;
  readonly retention: RetentionKeeper;
  readonly tables: ReferenceTables;
  readonly statements: StatementBook;
  readonly vault: TokenVault;
  readonly inventory: Pick<Inventory, 'list' | 'disown'>;
  readonly shown: ShownDomains;
  readonly objects: Objects;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly templates: () => readonly Template[];
  readonly gateway: () => SubjectGate;
  readonly heldAfterDrop: (segments: readonly string[]) => Promise<number>;
  readonly reachCopies: () => Promise<readonly Confirmation[]>;
  readonly discarded: (since: Micros) => Promise<readonly Json[]>;
  readonly backups: () => Promise<readonly SnapshotInForce[]>;
  /** As the eraser takes it. */
  readonly grace?: Millis;
  /** Further parts that keep something of persons. */
  readonly corners?: readonly SubjectCorner[];
  readonly sign: (type: string, statement: Json) => Promise<string>;
}

/** How often is looked whether something can go on that had to wait; more often where the grace of queries is short. */
const AGAIN = seconds(5);

/** Puts together what the rights of persons take. Its keys are in custody, so that they outlive every copy of the catalogue. */
export async function openRights(parts: OpenRightsParts): Promise<RightsKeeper> {
  const { layout, catalogue, custody, keys, retention, audit, clock, random, log, segments, store } = parts;
  const digestKey = await keptSecret(custody, 'subject-digest', 32, random);
  const logKey = AeadKey.fromBytes(await keptSecret(custody, 'subject-log', 32, random));
  const book = await RequestBook.open(catalogue, parts.sealer);
  const quarantine = { directory: layout.quarantine, keys };
  const own = cornersOf({ quarantine, tables: parts.tables, statements: parts.statements, vault: parts.vault });
  const corners = [
    ...own,
    inventoryCorner(parts.inventory, TokenKey.fromBytes(digestKey, 1)),
    ...(parts.corners ?? []),
  ];
  // Only looked at, never read: its keys are not needed.
  const journal = new FileJournalReader({ directory: layout.journal, keys: { key: async () => null } });
  const isStream = (name: string): boolean => parts.templates().some(({ streams }) => streams.has(name));
  const unbelieved = (streams: ReadonlySet<string>) => unbelievedSegments(streams, { ...parts, isStream });
  const eraser = new Eraser({
    ...parts,
    unbelieved,
    book,
    corners,
    erasures: retention.erasures,
    journalFiles: () => journal.files(),
    digestKey,
  });
  return RightsKeeper.open(
    {
      book,
      sealer: makeRowSealer(new Map([[1, logKey]]), 1, random),
      digestKey,
      keys,
      formsOf: (domain, token) => parts.shown.forms(domain, token),
      shownRows: (relation, rows) => parts.shown.rowsOf(relation, rows),
      segments,
      store,
      unbelieved,
      tables: parts.tables,
      gateway: parts.gateway,
      devicesOf: (identifier) => devicesOwnedBy(parts.inventory, identifier),
      corners,
      eraser,
      again: millis(Math.min(AGAIN, 5 * (parts.grace ?? AGAIN))),
      templates: parts.templates,
      holds: () => retention.holds,
      backups: parts.backups,
      audit,
      clock,
      random,
      log,
    },
    (from) => entriesFrom(audit, from),
  );
}
