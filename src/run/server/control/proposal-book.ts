import { canonicalJson, makeId } from '#base/core/index.ts';
import type { AuditSink, Clock, Json, Random } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { SealedTable, sealedTableSql } from '#base/storage/index.ts';
import type { Catalogue, CatalogueSchema, RowSealer } from '#base/storage/index.ts';
import type { Subject, Weakness } from '#declare/policy/index.ts';
import type { TemplateChange } from '#declare/template/index.ts';
import { ApiError } from '../api/errors.ts';
import type { TemplateSource } from './template-versions.ts';

/** What has become of a proposal. It waits; or it was approved, rejected, or came to nothing. */
export const PROPOSAL_STATES = ['waiting', 'approved', 'rejected', 'replaced', 'expired', 'overtaken'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];
export type ClosedState = Exclude<ProposalState, 'waiting'>;

/** What a proposal puts before whoever approves it. */
export interface ProposalContent {
  /** Digest of the version that it starts from: against another it has to be made anew. */
  readonly base: string;
  /** Digest of the version that it would put in force. */
  readonly template: string;
  readonly changes: readonly TemplateChange[];
  readonly weaknesses: readonly Weakness[];
}

/** Who makes or decides a proposal. */
export interface ProposalActor {
  /** As the log names them. */
  readonly actor: string;
  readonly subject: Subject;
}

export interface Proposal extends ProposalContent {
  readonly id: string;
  readonly state: ProposalState;
  /** Covers the content, who proposed it and when: what an approval names. */
  readonly digest: string;
  /** As the log names them. */
  readonly proposedBy: string;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  /** Epoch microseconds, as is `expires`. */
  readonly created: number;
  readonly expires: number;
}

/** What a row seals. */
interface Kept {
  readonly source: TemplateSource;
  readonly content: ProposalContent;
  readonly proposer: ProposalActor;
  readonly decidedBy: string | null;
  readonly reason: string | null;
}

const PROPOSALS = {
  name: 'proposals_made',
  key: { id: 'text' },
  clear: { state: 'text', digest: 'text', created: 'integer', expires: 'integer' },
  sealed: (value: Json) => value as { readonly proposal: Json },
  indexes: [['state']],
} as const;

const SCHEMA: CatalogueSchema = { room: 'proposals', migrations: [sealedTableSql(PROPOSALS)] };

/** Those that wait at once: each person has at most one, and hundreds are nobody's honest work. */
const MOST_WAITING = 64;
/** Proposals that are listed, newest first. */
const MOST_LISTED = 200;

export interface ProposalBookParts {
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
}

/** Changes of the template that wait for a second person. Each step is in the log before it has effect. */
export class ProposalBook {
  readonly #parts: ProposalBookParts;
  readonly #table: SealedTable<typeof PROPOSALS.key, typeof PROPOSALS.clear, { readonly proposal: Json }>;

  private constructor(parts: ProposalBookParts) {
    this.#parts = parts;
    this.#table = new SealedTable(PROPOSALS, parts.sealer);
  }

  static async open(parts: ProposalBookParts): Promise<ProposalBook> {
    await parts.catalogue.migrate(SCHEMA);
    return new ProposalBook(parts);
  }

  /**
   * Leaves a proposal that waits; it takes the place of an earlier one of the same person.
   *
   * @param within how long it waits, in milliseconds
   * @throws {ApiError} API_PROPOSAL_BUSY where too many wait
   */
  async propose(
    content: ProposalContent,
    source: TemplateSource,
    proposer: ProposalActor,
    within: number,
  ): Promise<Proposal> {
    const { audit, catalogue, clock, random } = this.#parts;
    const waiting = (await this.#rows('waiting')).filter((row) => row.expires > clock.now());
    const own = waiting.filter((row) => proposerOf(read(row).proposer) === proposerOf(proposer));
    if (waiting.length - own.length >= MOST_WAITING) {
      throw new ApiError('API_PROPOSAL_BUSY', `Cannot propose: ${waiting.length} proposals wait already`, {
        hint: 'Have some of them approved or rejected; see weir proposals',
      });
    }
    for (const { id } of own) await this.close(id, 'replaced', proposer.actor);
    const id = makeId(clock, random);
    const created = clock.now();
    const expires = created + within * 1_000;
    const digest = digestOf(id, content, proposer.actor, created, expires);
    await audit.append({
      actor: proposer.actor,
      action: 'propose-template',
      resource: `proposal:${id}`,
      outcome: 'done',
      digest,
      detail: { template: content.template, base: content.base, weaknesses: content.weaknesses.length, expires },
    });
    const row = { id, state: 'waiting', digest, created, expires };
    const { actor, subject } = proposer;
    const kept = { source, content, proposer: { actor, subject }, decidedBy: null, reason: null };
    await this.#table.insert(catalogue, row, { proposal: plain(kept) });
    return show(row, kept);
  }

  /** Newest first, at most 200. */
  async list(): Promise<readonly Proposal[]> {
    const rows = await this.#table.list(this.#parts.catalogue, { descending: true, limit: MOST_LISTED });
    return rows.map((row) => show(row, read(row)));
  }

  /** @throws {ApiError} API_PROPOSAL_UNKNOWN */
  async find(id: string): Promise<Proposal> {
    const row = await this.#get(id);
    return show(row, read(row));
  }

  /** Who made a proposal; null where there is none of that id. */
  async proposerOf(id: string): Promise<ProposalActor | null> {
    const row = await this.#table.get(this.#parts.catalogue, { id });
    return row === null ? null : read(row).proposer;
  }

  /** How many can still be decided. */
  async waiting(): Promise<number> {
    const now = this.#parts.clock.now();
    return (await this.#rows('waiting')).filter(({ expires }) => expires > now).length;
  }

  /**
   * A proposal that still waits and is the one that was shown, with its source.
   *
   * @param shown digest of what whoever decides has seen; null for who needs to have seen nothing
   * @throws {ApiError} API_PROPOSAL_UNKNOWN; API_PROPOSAL_SPENT where it waits no more; API_PROPOSAL_CONFLICT where it is
   *   not what was shown
   */
  async requireWaiting(
    id: string,
    shown: string | null,
  ): Promise<{ proposal: Proposal; source: TemplateSource; proposer: ProposalActor }> {
    const row = await this.#get(id);
    const kept = read(row);
    const proposal = show(row, kept);
    const late = row.expires <= this.#parts.clock.now();
    if (proposal.state !== 'waiting' || late) {
      const state = proposal.state === 'waiting' ? 'expired' : proposal.state;
      throw new ApiError('API_PROPOSAL_SPENT', `Cannot decide proposal ${id}: it is ${state}`, {
        hint: 'Make it anew with weir apply',
      });
    }
    const { content, proposer, source } = kept;
    const made = digestOf(id, content, proposer.actor, row.created, row.expires);
    if (made !== row.digest || (shown !== null && shown !== made)) {
      throw new ApiError('API_PROPOSAL_CONFLICT', `Cannot decide proposal ${id}: it is not what was shown`, {
        hint: 'Look at it again with weir proposals',
      });
    }
    return { proposal, source, proposer };
  }

  /** Ends a proposal that waits, on record first. */
  async close(id: string, state: ClosedState, actor: string, reason?: string): Promise<Proposal> {
    await this.log(id, state, actor, reason);
    return this.end(id, state, actor, reason);
  }

  /** Puts on record that a proposal ends. */
  async log(id: string, state: ClosedState, actor: string, reason?: string): Promise<void> {
    const { digest } = await this.#get(id);
    await this.#parts.audit.append({
      actor,
      action: CLOSED_BY[state],
      resource: `proposal:${id}`,
      outcome: 'done',
      digest,
      ...(reason === undefined ? {} : { detail: { why: reason.slice(0, 256) } }),
    });
  }

  /** Ends a proposal whose end is on record. */
  async end(id: string, state: ClosedState, actor: string, reason?: string): Promise<Proposal> {
    const row = await this.#get(id);
    const kept = { ...read(row), decidedBy: actor, reason: reason ?? null };
    await this.#table.put(this.#parts.catalogue, { ...row, state }, { proposal: plain(kept) });
    return show({ ...row, state }, kept);
  }

  /** Puts on record what ended by itself: what is too old, and what started from a version that is no longer in force. */
  async settle(current: string): Promise<void> {
    const now = this.#parts.clock.now();
    for (const row of await this.#rows('waiting')) {
      const { id, expires } = row;
      const { base, template } = read(row).content;
      // A crash may have come between a version that was put in force and the note of it here.
      if (base !== current) await this.close(id, template === current ? 'approved' : 'overtaken', 'weir:control');
      else if (expires <= now) await this.close(id, 'expired', 'weir:control');
    }
  }

  #rows(state: ProposalState) {
    return this.#table.list(this.#parts.catalogue, { where: { state } });
  }

  async #get(id: string) {
    const row = await this.#table.get(this.#parts.catalogue, { id });
    if (row !== null) return row;
    throw new ApiError('API_PROPOSAL_UNKNOWN', 'Cannot find proposal: there is none of that id', {
      hint: 'See weir proposals',
    });
  }
}

const CLOSED_BY = {
  approved: 'approve-template',
  rejected: 'reject-template',
  replaced: 'replace-proposal',
  expired: 'expire-proposal',
  overtaken: 'overtake-proposal',
} as const satisfies Record<ClosedState, string>;

/** The person behind a proposal: software that acts for somebody proposes as that person. */
export function proposerOf({ subject }: ProposalActor): string {
  return subject.actsFor?.id ?? subject.id;
}

function digestOf(id: string, content: ProposalContent, by: string, created: number, expires: number): string {
  const shown = canonicalJson(plain({ id, content, by, created, expires }));
  return sha256Hex(new TextEncoder().encode(shown));
}

/** Without members that are undefined, which JSON has no form for. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function read({ sealed }: { readonly sealed: { readonly proposal: Json } }): Kept {
  return sealed.proposal as unknown as Kept;
}

function show(
  { id, state, digest, created, expires }: Pick<Proposal, 'id' | 'digest' | 'created' | 'expires'> & { state: string },
  { content, proposer, decidedBy, reason }: Kept,
): Proposal {
  const known = PROPOSAL_STATES.find((one) => one === state) ?? 'overtaken';
  return { id, state: known, digest, created, expires, ...content, proposedBy: proposer.actor, decidedBy, reason };
}
