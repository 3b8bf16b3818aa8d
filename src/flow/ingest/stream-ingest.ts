import { ReadingHash } from '#trust/identity/index.ts';
import type { DeviceTable } from '#trust/identity/index.ts';
import { BatchBuilder } from './batch-builder.ts';
import { checkClock } from './checks/clock.ts';
import { checkConsent } from './checks/consent.ts';
import { coarsenRow, storedNumber } from './checks/coarsen.ts';
import { checkRange } from './checks/range.ts';
import { checkReplay } from './checks/replay.ts';
import { checkMembers } from './checks/schema.ts';
import { checkSubjects } from './checks/subjects.ts';
import type { SubjectGuard } from './checks/subjects.ts';
import { checkStep, noteSteps } from './checks/step.ts';
import { tokeniseRow, unkeptOf } from './checks/tokenise.ts';
import type { CommitGroups } from './commit-groups.ts';
import { JsonScanner } from './decode/json-scanner.ts';
import { coarsenTime } from './grid.ts';
import { REASON } from './reasons.ts';
import { CELL, Row } from './row.ts';
import type { Sender } from './sender.ts';
import { TYPE } from './stream-rules.ts';
import { checkWindow } from './checks/window.ts';
import { windowRecord } from './windows/window-layout.ts';
import { WindowGroupBuilder } from './windows/window-group-builder.ts';
import type { StreamRules } from './stream-rules.ts';

/** What was left out of the readings of one stream; it outlives the template that the stream was compiled from. */
export interface StreamTally {
  /** Members of admitted readings that no field declares. */
  undeclared: number;
  /** Members that are for nothing that anybody uses, or that the person agrees to. */
  withheld: number;
  /** Bytes of all these as they came, names included. */
  bytes: number;
  /** Readings that went into windows instead of being stored, and their bytes as they came. */
  folded: number;
  foldedBytes: number;
}

/** What a stream shares with the others of its worker, and its own tally. */
export interface StreamIngestParts {
  readonly table: DeviceTable;
  readonly groups: CommitGroups;
  readonly tally: StreamTally;
  /** Is told of a device with two counters of `seq`. */
  readonly interleaved: (device: string) => void;
  /** Is told of values that were new, and who brought them. */
  readonly newTokens: (sender: string, made: number) => void;
}

/** Readings of clones are of now; what waited in a sender, or was recorded, is older. */
const OF_NOW_US = 300_000_000;

/** What one worker holds for one stream: the row being checked, and the columns that admitted rows go to. */
export class StreamIngest {
  readonly rules: StreamRules;
  readonly row: Row;
  readonly scanner: JsonScanner;
  /** Column of the stream in the device table, -1 where it has no room. */
  readonly index: number;
  /** Persons of whom nothing is taken; null where there is none. */
  guards: readonly SubjectGuard[] | null = null;
  /** Devices of such persons, of which the platform writes nothing of its own; null where there is none. */
  refusedDevices: ReadonlySet<string | number> | null = null;
  readonly #builder: BatchBuilder;
  /** Takes admitted readings where they are not stored one by one. */
  readonly #windows: WindowGroupBuilder | null;
  readonly #table: DeviceTable;
  readonly #groups: CommitGroups;
  readonly #hash: ReadingHash;
  readonly #nameHashes: Int32Array;
  readonly #tally: StreamTally;
  readonly #interleaved: (device: string) => void;
  readonly #newTokens: (sender: string, made: number) => void;

  constructor(
    rules: StreamRules,
    template: string,
    { table, groups, tally, interleaved, newTokens }: StreamIngestParts,
  ) {
    this.rules = rules;
    this.#tally = tally;
    this.#interleaved = interleaved;
    this.#newTokens = newTokens;
    this.row = new Row(rules);
    this.scanner = new JsonScanner(this.row);
    this.index = roomFor(rules, table) ? table.streamIndex(rules.name) : -1;
    this.#builder = new BatchBuilder(rules, template);
    this.#windows = rules.windows === null ? null : new WindowGroupBuilder(rules.windows, template);
    this.#table = table;
    this.#groups = groups;
    this.#hash = new ReadingHash(table.hashKey);
    this.#nameHashes = Int32Array.from(rules.fields, (field) => this.#hash.name(field.name));
  }

  /**
   * The checks behind decoding, in their order, on the row as it stands; an admitted row joins the open group.
   *
   * From replay on they run under the record's lock, so that two workers with one device see each other's effects.
   * @returns a reason number
   */
  admitRow(record: number, about: Sender, via: string | null, received: number, importing: boolean): number {
    const row = this.row;
    const whole = checkMembers(row);
    if (whole !== REASON.admitted.number) return whole;
    // Of the originals: a token of an integer is in no range.
    const outside = checkRange(row);
    const { place } = row;
    row.place = '';
    const refused = this.guards === null ? 0 : checkSubjects(row, this.guards);
    if (refused !== REASON.admitted.number) return refused;
    const made = tokeniseRow(row);
    if (made > 0) this.#newTokens(via ?? about.name, made);
    const reason =
      checkConsent(row, received) || (importing ? 0 : checkClock(row, received)) || checkWindow(row, received);
    if (reason !== REASON.admitted.number) return reason;
    // The vault is full, or as good as: who comes later may find room.
    const unkept = unkeptOf(row);
    if (unkept > 0 && !this.#groups.hasRoomFor(unkept)) return REASON.tryLater.number;
    const table = this.#table;
    const time = row.timeGiven ? row.time : received;
    const hash = row.seqGiven ? this.#rowHash() : 0;
    const mark = this.#groups.mark;
    table.lock(record);
    const found =
      (row.seqGiven ? checkReplay(table, record, row, hash, mark) : 0) ||
      outside ||
      checkStep(table, record, row, time);
    if (found === REASON.admitted.number) {
      const before = row.seqGiven ? table.recordSeq(record, row.seq, hash, mark) : 0;
      this.#groups.pending.add(record, row.seqGiven ? row.seq : -1, before);
      coarsenRow(row);
      noteSteps(table, record, row, time);
      table.noteTime(record, time);
    }
    const isBehind = found === REASON.replay.number && !importing && time >= received - OF_NOW_US;
    const isTwo = isBehind && table.noteBehind(record, row.seq, received);
    table.unlock(record);
    if (outside !== REASON.admitted.number && found === outside) row.place = place;
    if (isTwo) this.#interleaved(about.name);
    if (found !== REASON.admitted.number) return found;
    if (unkept > 0) this.#keepOriginals();
    this.#countLeftOut();
    if (this.#windows === null) {
      this.#builder.add(row, about.name, via, received);
      this.#groups.added(this.#builder);
    } else {
      this.#windows.add(row, about.name, time, hash);
      this.#groups.folded(this.#windows);
      this.#tally.folded += 1;
      this.#tally.foldedBytes += row.bytes;
    }
    return found;
  }

  #keepOriginals(): void {
    const { rules, cells, known } = this.row;
    for (const at of rules.vaulted) {
      const value = known[at];
      if (cells[at] === CELL.present && value?.kept === false)
        this.#groups.keepOriginal(rules.fields[at]!.domain, value);
    }
  }

  #countLeftOut(): void {
    const { undeclared, leftOut, cells, rules } = this.row;
    const tally = this.#tally;
    tally.undeclared += undeclared;
    tally.bytes += leftOut;
    for (let i = 0; i < rules.mayBeWithheld.length; i++) {
      if (cells[rules.mayBeWithheld[i]!] === CELL.withheld) tally.withheld++;
    }
  }

  /** The same hash as over the reading's row in the journal: of what is stored, not of what was sent. */
  #rowHash(): number {
    const { rules, cells, numbers, texts } = this.row;
    const hash = this.#hash;
    hash.begin(this.row.timeGiven ? coarsenTime(this.row.time, rules.timeGrid) : null);
    for (let i = 0; i < rules.fields.length; i++) {
      const field = rules.fields[i]!;
      if (cells[i] !== CELL.present) continue;
      const name = this.#nameHashes[i]!;
      if (field.type === TYPE.text) hash.text(name, texts[i]!);
      else if (field.type === TYPE.boolean) hash.boolean(name, numbers[i]!);
      else hash.number(name, storedNumber(field, numbers[i]!));
    }
    return hash.end();
  }
}

/** Windows have a column of their own in the device table: without it a row could be written twice after a crash. */
function roomFor({ name, windows }: StreamRules, table: DeviceTable): boolean {
  return windows === null || table.streamIndex(windowRecord(name)) !== -1;
}
