import type { AuditSink } from '#base/core/index.ts';
import { formatMicros, micros } from '#base/core/index.ts';
import { diffTemplates, heldBy, summariseChanges, unenforcedOf } from '#declare/template/index.ts';
import type { Template, TemplateChange, Unenforced } from '#declare/template/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { ApiError } from '../api/errors.ts';
import { otherClasses } from './other-classes.ts';
import type { OtherClass } from './other-classes.ts';
import { requireTemplate } from './template-versions.ts';
import type { TemplateSource, TemplateVersions } from './template-versions.ts';

/** What a proposed template would do. */
export interface TemplatePlan {
  readonly digest: string;
  /** Digest of the version in force, which the changes start from. */
  readonly current: string;
  readonly changes: readonly TemplateChange[];
  readonly refused: boolean;
  readonly weakens: boolean;
  readonly unenforced: readonly Unenforced[];
  /** Fields of which stored readings have another class; they are sealed anew once it is in force. */
  readonly otherClasses: readonly OtherClass[];
}

export interface TemplateServiceParts {
  readonly versions: TemplateVersions;
  readonly audit: AuditSink;
  readonly packageFile: (path: string) => string | null;
  /** Checks what only the running system can, such as that the SQL of views passes the gate; throws where it does not. */
  readonly check: (template: Template) => Promise<void>;
  /** The segments that queries see now. */
  readonly segments: () => Promise<readonly Segment[]>;
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
   * Puts a template in force, one at a time. What runs stays as it is wherever a step refuses. Where a stored version did
   * not take effect everywhere, applying it again has that done.
   *
   * @throws {ServerError} SERVER_TEMPLATE_INVALID
   * @throws {ApiError} API_TEMPLATE_REFUSED where a change cannot be made, with the way to do it
   */
  apply(source: TemplateSource, actor: string): Promise<TemplatePlan> {
    const step = (): Promise<TemplatePlan> => this.#apply(source, actor);
    const turn = this.#turn.then(step, step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #apply(source: TemplateSource, actor: string): Promise<TemplatePlan> {
    const { versions, audit, packageFile, check } = this.#parts;
    const template = requireTemplate(source, packageFile);
    const plan = await this.#planOf(template);
    if (plan.refused) {
      const refusals = plan.changes.filter(({ effect }) => effect === 'refused');
      throw new ApiError(
        'API_TEMPLATE_REFUSED',
        `Cannot apply template: ${refusals.map(({ path, explanation }) => `${path}: ${explanation}`).join('; ')}`,
        {
          hint: 'Undo these changes in the file; what runs was not changed',
        },
      );
    }
    if (plan.digest === plan.current) {
      if (this.#halfway) await this.#publish(template);
      return plan;
    }
    await check(template);
    await logApplication(audit, template, actor, plan.changes.length, plan.weakens);
    await versions.apply(template, source, actor);
    await this.#publish(template);
    return plan;
  }

  async #publish(template: Template): Promise<void> {
    this.#halfway = true;
    await this.#parts.publish(template);
    this.#halfway = false;
  }

  async #planOf(template: Template): Promise<TemplatePlan> {
    const changes = diffTemplates(this.current, template);
    return {
      digest: template.digest,
      current: this.current.digest,
      changes,
      ...summariseChanges(changes),
      unenforced: unenforcedOf(template),
      otherClasses: otherClasses(template, await this.#parts.segments()),
    };
  }
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
