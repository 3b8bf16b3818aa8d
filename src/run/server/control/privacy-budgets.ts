import type { Clock } from '#base/core/index.ts';
import { rolesOf } from '#declare/policy/index.ts';
import type { DecisionPoint, Subject } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { BudgetState, PrivacyLedger } from '#flow/query/index.ts';

export interface PrivacyBudgetParts {
  readonly ledger: Pick<PrivacyLedger, 'state'>;
  readonly decisions: DecisionPoint;
  readonly clock: Clock;
  readonly template: () => Template;
}

/** The budget of a stream and the private views that spend it. */
export interface PrivacyBudget extends BudgetState {
  readonly views: readonly string[];
}

/** What budgets have left, for those who spend them and those who administer. */
export class PrivacyBudgets {
  readonly #parts: PrivacyBudgetParts;

  constructor(parts: PrivacyBudgetParts) {
    this.#parts = parts;
  }

  /** Budgets of the streams of which the subject may ask a private view, or of all where it administers. */
  async list(subject: Subject): Promise<readonly PrivacyBudget[]> {
    const { template, ledger, clock } = this.#parts;
    const budgets: PrivacyBudget[] = [];
    for (const { name, privacy } of template().streams.values()) {
      if (privacy === undefined) continue;
      const views = [...template().views.values()].filter((view) => view.private === true && view.from.includes(name));
      const names = views.map((view) => view.name);
      if (!this.#administers(subject) && !names.some((view) => this.#asks(subject, view))) continue;
      budgets.push({ ...(await ledger.state(name, privacy, clock.now())), views: names });
    }
    return budgets;
  }

  #administers(subject: Subject): boolean {
    const request = { subject, action: 'administer', resource: { type: 'platform', name: '*' } } as const;
    return (
      this.#parts.decisions.decide({ ...request, purpose: null, context: {} }, this.#parts.template()).effect ===
      'allow'
    );
  }

  /** For any purpose of its roles: which columns it would see does not matter here. */
  #asks(subject: Subject, view: string): boolean {
    const { decisions, template } = this.#parts;
    const purposes = [null, ...rolesOf(subject, template()).flatMap((role) => role.purposes)];
    const columns = { columns: [{ name: 'x', class: 'public' as const }] };
    return purposes.some(
      (purpose) => decisions.decideQuery(subject, view, purpose, template(), columns).effect === 'allow',
    );
  }
}
