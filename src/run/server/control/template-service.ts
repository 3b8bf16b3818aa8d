import type { AuditSink, Json } from '#base/core/index.ts';
import { canonicalJson, formatMicros, micros } from '#base/core/index.ts';
import { weaknessesOf } from '#declare/policy/index.ts';
import type { DecisionPoint, Weakness } from '#declare/policy/index.ts';
import { diffTemplates, heldBy, summariseChanges, unenforcedOf } from '#declare/template/index.ts';
import type { Template, TemplateChange, Unenforced } from '#declare/template/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { ApiError } from '../api/errors.ts';
import { otherClasses } from './other-classes.ts';
import type { OtherClass } from './other-classes.ts';
import type { Going } from './retention-plan.ts';
import type { Proposal, ProposalActor, ProposalBook, ProposalContent } from './proposal-book.ts';
import { requireTemplate } from './template-versions.ts';
import type { TemplateSource, TemplateVersions } from './template-versions.ts';

/** What a proposed template would do. */
export interface TemplatePlan {
  readonly digest: string;
  /** Digest of the version in force, which the changes start from. */
  readonly current: string;
  readonly currentName: string;
  readonly changes: readonly TemplateChange[];
  readonly refused: boolean;
  readonly weakens: boolean;
  /** How it weakens: changes that do, and what becomes newly allowed. */
  readonly weaknesses: readonly Weakness[];
  /** Milliseconds that it waits for a second person once it is proposed; null where it needs none. */
  readonly approval: number | null;
  readonly unenforced: readonly Unenforced[];
  /** Fields of which stored readings have another class; they are sealed anew once it is in force. */
  readonly otherClasses: readonly OtherClass[];
  /** Stored readings that go at once because it keeps them no longer, and do not come back. */
  readonly goes: readonly Going[];
}

/** What became of a template that was handed in: it is in force, or waits as a proposal. */
export interface AppliedTemplate extends TemplatePlan {
  readonly proposal: Pick<Proposal, 'id' | 'digest' | 'expires'> | null;
}

export interface TemplateServiceParts {
  readonly versions: TemplateVersions;
  readonly audit: AuditSink;
  readonly decisions: DecisionPoint;
  readonly proposals: ProposalBook;
  /** Whether whoever made a proposal could still make it now. */
  readonly mayPropose: (proposer: ProposalActor) => Promise<boolean>;
  readonly packageFile: (path: string) => string | null;
  /** Checks what only the running system can, such as that the SQL of views passes the gate; throws where it does not. */
  readonly check: (template: Template) => Promise<void>;
  /** The segments that queries see now. */
  readonly segments: () => Promise<readonly Segment[]>;
  /** Stored readings that a version would let go at once. */
  readonly going: (template: Template) => Promise<readonly Going[]>;
  /** Makes a version take effect everywhere. */
  readonly publish: (template: Template) => Promise<void>;
}

/** Proposals for the template, and their application by those who may. */
export class TemplateService {
  readonly #parts: TemplateServiceParts;
  #turn: Promise<unknown> = Promise.resolve();
  /** The version in force did not take effect everywhere. */
  #halfway = false;

  constructor(parts: TemplateServiceParts) {
    this.#parts = parts;
  }

  get current(): Template {
    const { current } = this.#parts.versions;
    if (current === null) throw new TypeError('no template is in force yet');
    return current;
  }

  get since(): string {
    return formatMicros(micros(this.#parts.versions.since));
  }

  /** @throws {ServerError} SERVER_TEMPLATE_INVALID with every finding */
  async plan(source: TemplateSource): Promise<TemplatePlan> {
    return this.#planOf(requireTemplate(source, this.#parts.packageFile));
  }

  /**
   * Puts a template in force, one at a time, or leaves a proposal where it weakens and the version in force wants a second
   * person. What runs stays as it is wherever a step refuses. Where a stored version did not take effect everywhere,
   * applying it again has that done.
   *
   * @throws {ServerError} SERVER_TEMPLATE_INVALID
   * @throws {ApiError} API_TEMPLATE_REFUSED where a change cannot be made, with the way to do it
   */
  apply(source: TemplateSource, by: ProposalActor): Promise<AppliedTemplate> {
    return this.#inTurn(() => this.#apply(source, by));
  }

  /**
   * Puts in force what somebody else proposed. Who asks has been decided before: never the proposer.
   *
   * @param shown digest of what they have seen
   * @throws {ApiError} API_PROPOSAL_UNKNOWN, API_PROPOSAL_SPENT, API_PROPOSAL_CONFLICT
   */
  approve(id: string, shown: string, by: ProposalActor): Promise<AppliedTemplate> {
    return this.#inTurn(() => this.#approve(id, shown, by));
  }

  /**
   * Stored readings that a proposal which waits would let go at once.
   *
   * @throws {ApiError} API_PROPOSAL_UNKNOWN, API_PROPOSAL_SPENT
   */
  async goingWith(id: string): Promise<readonly Going[]> {
    const { proposals, packageFile, going } = this.#parts;
    const { source } = await proposals.requireWaiting(id, null);
    return going(requireTemplate(source, packageFile));
  }

  /** @throws {ApiError} API_PROPOSAL_UNKNOWN, API_PROPOSAL_SPENT */
  reject(id: string, reason: string | undefined, by: ProposalActor): Promise<Proposal> {
    return this.#inTurn(async () => {
      const { proposals } = this.#parts;
      await proposals.requireWaiting(id, null);
      return proposals.close(id, 'rejected', by.actor, reason);
    });
  }

  /** Notes what ended by itself of the proposals. */
  settle(): Promise<void> {
    return this.#inTurn(() => this.#parts.proposals.settle(this.current.digest));
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step, step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #apply(source: TemplateSource, by: ProposalActor): Promise<AppliedTemplate> {
    const { proposals, packageFile, check } = this.#parts;
    const template = requireTemplate(source, packageFile);
    const plan = await this.#planOf(template);
    requirePossible(plan);
    if (plan.digest === plan.current) {
      if (this.#halfway) await this.#publish(template);
      return { ...plan, proposal: null };
    }
    await check(template);
    if (plan.approval === null) {
      await this.#enforce(template, source, by.actor, plan);
      return { ...plan, proposal: null };
    }
    const { id, digest, expires } = await proposals.propose(contentOf(plan), source, by, plan.approval);
    return { ...plan, proposal: { id, digest, expires } };
  }

  async #approve(id: string, shown: string, by: ProposalActor): Promise<AppliedTemplate> {
    const { proposals, packageFile, check, mayPropose } = this.#parts;
    await proposals.settle(this.current.digest);
    const { proposal, source, proposer } = await proposals.requireWaiting(id, shown);
    const template = requireTemplate(source, packageFile);
    const plan = await this.#planOf(template);
    // What it means may have changed with the package, which has the templates that it extends.
    if (formOf(contentOf(plan)) !== formOf(contentOf(proposal))) {
      throw new ApiError('API_PROPOSAL_CONFLICT', `Cannot approve proposal ${id}: it means something else by now`, {
        hint: 'Make it anew with weir apply',
      });
    }
    if (!(await mayPropose(proposer))) {
      throw new ApiError('API_PROPOSAL_CONFLICT', `Cannot approve proposal ${id}: who made it may do so no more`, {
        hint: 'Somebody who administers the template makes it anew with weir apply',
      });
    }
    await check(template);
    await proposals.log(id, 'approved', by.actor);
    await this.#enforce(template, source, by.actor, plan, async () => {
      await proposals.end(id, 'approved', by.actor);
    });
    return { ...plan, proposal: null };
  }

  async #enforce(
    template: Template,
    source: TemplateSource,
    actor: string,
    plan: TemplatePlan,
    onStored?: () => Promise<void>,
  ): Promise<void> {
    const { versions, audit, proposals } = this.#parts;
    await logApplication(audit, template, actor, plan.changes.length, plan.weakens);
    await versions.apply(template, source, actor);
    await onStored?.();
    await this.#publish(template);
    await proposals.settle(template.digest);
  }

  async #publish(template: Template): Promise<void> {
    this.#halfway = true;
    await this.#parts.publish(template);
    this.#halfway = false;
  }

  async #planOf(template: Template): Promise<TemplatePlan> {
    const { current } = this;
    const { versions, decisions } = this.#parts;
    const changes = diffTemplates(current, template);
    const { refused } = summariseChanges(changes);
    const weaknesses = refused ? [] : await weaknessesOf(current, template, changes, decisions, versions.all());
    const weakens = weaknesses.length > 0 || changes.some(({ effect }) => effect === 'weakens');
    return {
      digest: template.digest,
      current: current.digest,
      currentName: current.name,
      changes,
      refused,
      weakens,
      weaknesses,
      approval: weakens && !refused ? (current.approval?.within ?? null) : null,
      unenforced: unenforcedOf(template),
      otherClasses: otherClasses(template, await this.#parts.segments()),
      goes: await this.#parts.going(template),
    };
  }
}

/** @throws {ApiError} API_TEMPLATE_REFUSED */
function requirePossible({ refused, changes }: TemplatePlan): void {
  if (!refused) return;
  const refusals = changes.filter(({ effect }) => effect === 'refused');
  throw new ApiError(
    'API_TEMPLATE_REFUSED',
    `Cannot apply template: ${refusals.map(({ path, explanation }) => `${path}: ${explanation}`).join('; ')}`,
    { hint: 'Undo these changes in the file; what runs was not changed' },
  );
}

/** One text for one content, also for what was stored meanwhile. */
function formOf(content: ProposalContent): string {
  return canonicalJson(JSON.parse(JSON.stringify(content)) as Json);
}

/** What of a plan is put before whoever approves it. */
function contentOf(plan: TemplatePlan | Proposal): ProposalContent {
  const { changes, weaknesses } = plan;
  return 'base' in plan
    ? { base: plan.base, template: plan.template, changes, weaknesses }
    : { base: plan.current, template: plan.digest, changes, weaknesses };
}

/** The entry that names a version, and the protections that its author accepted to be without. */
export async function logApplication(
  audit: AuditSink,
  template: Template,
  actor: string,
  changes: number,
  weakens: boolean,
): Promise<void> {
  await audit.append({
    actor,
    action: 'apply-template',
    resource: `template:${template.digest}`,
    outcome: 'done',
    digest: template.digest,
    detail: { name: template.name.slice(0, 128), changes, weakens },
  });
  for (const view of template.views.values()) {
    for (const { rule, columns, to, because } of view.declassify ?? []) {
      await audit.append({
        actor,
        action: 'declassify',
        resource: `view:${view.name}`,
        outcome: 'done',
        detail: { rule, columns: columns.join(' ').slice(0, 512), to, because: because.slice(0, 512) },
      });
    }
  }
  const unenforced = unenforcedOf(template);
  for (const stream of template.streams.values()) {
    const missing = unenforced.filter(({ streams }) => streams.includes(stream.name)).map(({ id }) => id);
    if (missing.length === 0) continue;
    await audit.append({
      actor,
      action: 'accept-unenforced',
      resource: `stream:${stream.name}`,
      outcome: stream.acceptUnenforced ? 'allowed' : 'denied',
      detail: { protections: missing.join(' ').slice(0, 512) },
    });
  }
}

/** The streams of a template that may not start, since what they declare is not in force and not accepted so. */
export function closedStreams(template: Template): ReadonlySet<string> {
  return new Set(
    [...template.streams.values()].filter((stream) => heldBy(template, stream).length > 0).map(({ name }) => name),
  );
}
