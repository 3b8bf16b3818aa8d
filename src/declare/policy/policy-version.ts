import type { Template } from '#declare/template/index.ts';
import type { CedarAnswer, CedarCall, CedarEngine, CedarValue } from './cedar-engine.ts';
import { SEE } from './cedar-schema.ts';
import { ALL_CONTEXT, filePolicies } from './file-policies.ts';
import type { FilePolicy } from './file-policies.ts';
import { isData, platformPolicies } from './platform-policies.ts';
import type { Policy, PolicyAction } from './platform-policies.ts';
import { protectionPolicies } from './protection-policies.ts';
import { sliceRequest, textsOf } from './request-slice.ts';
import { rolePolicies } from './role-policies.ts';
import { streamPolicies } from './stream-policies.ts';

/** Attributes of the context that never stand still: what reads them is decided anew each time. */
const VOLATILE: readonly string[] = ['time', ALL_CONTEXT];

/** The row of a view, of which nothing is known yet. */
const UNKNOWN_ROW = { __extn: { fn: 'unknown', arg: 'row' } };

/**
 * All policies of one version of a template, in the order in which they are named: of the platform, of streams, of
 * people, of files. Cedar is asked only those that an action can match, parsed at the first use of the action.
 */
export class PolicyVersion implements Disposable {
  readonly digest: string;
  readonly policies: readonly Policy[];
  readonly files: readonly FilePolicy[];
  readonly #engine: CedarEngine;
  readonly #byAction: ReadonlyMap<PolicyAction, readonly Policy[]>;
  readonly #rank: ReadonlyMap<string, number>;
  readonly #kept = new Map<PolicyAction, number>();
  readonly #texts = new Map<PolicyAction, ReadonlySet<string>>();

  /** @throws {PolicyError} POLICY_INVALID where a `.cedar` file does not parse */
  constructor(template: Template, engine: CedarEngine) {
    this.digest = template.digest;
    this.#engine = engine;
    this.files = filePolicies(template, engine);
    this.policies = [
      ...platformPolicies(template),
      ...protectionPolicies(template),
      ...streamPolicies(template),
      ...rolePolicies(template),
      ...this.files,
    ];
    this.#rank = new Map(this.policies.map(({ id }, index) => [id, index]));
    const byAction = new Map<PolicyAction, Policy[]>();
    for (const policy of this.policies) {
      for (const action of policy.actions) byAction.set(action, [...(byAction.get(action) ?? []), policy]);
    }
    this.#byAction = byAction;
  }

  /** The policies that an action can match. */
  of(action: PolicyAction): readonly Policy[] {
    return this.#byAction.get(action) ?? [];
  }

  /** Whether a policy asks for the type of the device of a row, so that it depends on the inventory. */
  get asksDeviceType(): boolean {
    return this.files.some(({ byRow, byDeviceType }) => byRow && byDeviceType);
  }

  /** The policies about data that an action can match and that decide row by row. */
  byRow(action: PolicyAction): readonly FilePolicy[] {
    return isData(action) ? this.files.filter((policy) => policy.byRow && policy.actions.includes(action)) : [];
  }

  /** What the policies that decide row by row leave open for a request about a view; nothing of a row that is known. */
  askRows(call: CedarCall, row: CedarValue = UNKNOWN_ROW): ReturnType<CedarEngine['askPartial']> {
    const entities = call.entities.map((entity) =>
      entity.attrs['declared'] === undefined ? entity : { ...entity, attrs: { ...entity.attrs, row } },
    );
    const { residuals, failed } = this.#engine.askPartial(this.byRow(call.action.id as PolicyAction), {
      ...call,
      entities,
    });
    return { residuals: residuals.toSorted((a, b) => this.#rankOf(a.id) - this.#rankOf(b.id)), failed };
  }

  /** Attributes of the context that decisions about an action depend on; null where they are decided anew each time. */
  readsOf(action: PolicyAction): readonly string[] | null {
    const reads = new Set(this.of(action).flatMap((policy) => policy.reads));
    return VOLATILE.some((attribute) => reads.has(attribute)) ? null : [...reads].sort();
  }

  /** Whether a policy of a file may tell columns of one class apart. */
  get namesColumns(): boolean {
    return this.files.some(({ actions }) => actions.includes(SEE));
  }

  /** Asks Cedar. The policies that decided come in the order of this version. */
  ask(call: CedarCall): CedarAnswer {
    const action = call.action.id as PolicyAction;
    const name = `${this.digest}/${action}`;
    if (this.#kept.get(action) !== this.#engine.generation) {
      // What decides row by row is asked for the rows, and would say something else without one.
      const byRow = this.byRow(action).map(({ id }) => id);
      const asked = this.of(action).filter(({ id }) => !byRow.includes(id));
      this.#engine.keep(name, asked);
      this.#kept.set(action, this.#engine.generation);
    }
    const whole = this.#readsAllOfContext(action);
    const answer = this.#engine.ask(name, sliceRequest(call, this.#textsOf(action), whole));
    const policies = answer.policies.toSorted((a, b) => this.#rankOf(a) - this.#rankOf(b));
    // A policy that cannot be evaluated might be the one that forbids.
    return { ...answer, allowed: answer.allowed && answer.failed.length === 0, policies };
  }

  #rankOf(id: string): number {
    return this.#rank.get(id) ?? 0;
  }

  #textsOf(action: PolicyAction): ReadonlySet<string> {
    let texts = this.#texts.get(action);
    if (texts === undefined) {
      texts = textsOf(this.of(action).map(({ text }) => this.#engine.toJson(text)));
      this.#texts.set(action, texts);
    }
    return texts;
  }

  #readsAllOfContext(action: PolicyAction): boolean {
    return this.files.some(({ actions, reads }) => actions.includes(action) && reads.includes(ALL_CONTEXT));
  }

  [Symbol.dispose](): void {
    for (const action of this.#kept.keys()) this.#engine.drop(`${this.digest}/${action}`);
    this.#kept.clear();
  }
}
