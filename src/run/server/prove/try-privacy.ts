import { hasCode } from '#base/core/index.ts';
import type { PrivacyTrial } from '#assure/controls/index.ts';
import { rolesOf } from '#declare/policy/index.ts';
import type { DecisionPoint, Subject } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Caller } from '../api/caller.ts';
import type { Queries } from '../api/services.ts';
import type { PrivacyBudgets } from '../control/privacy-budgets.ts';

export interface TryPrivacyParts {
  readonly template: () => Template;
  readonly decisions: DecisionPoint;
  readonly queries: Pick<Queries, 'run'>;
  readonly privacy: Pick<PrivacyBudgets, 'list'>;
  readonly actor: string;
}

/** More than any budget may have. */
const BEYOND = 20;

/**
 * Asks each private view what it must not answer, as the first role that may ask it: for its rows, and for an answer that
 * costs more than is left. Neither gets as far as any reading.
 */
export async function tryPrivacy(parts: TryPrivacyParts): Promise<readonly PrivacyTrial[]> {
  const { template, privacy, actor } = parts;
  const trials: PrivacyTrial[] = [];
  for (const view of template().views.values()) {
    if (view.private !== true) continue;
    const stream = view.from[0] ?? '';
    const asker = askerOf(view.name, parts);
    if (asker === null) continue;
    const caller: Caller = {
      subject: asker.subject,
      actor,
      peer: { kind: 'none', name: null, serial: null, address: '', listener: 'control' },
    };
    const spent = async (): Promise<number> =>
      (await privacy.list(asker.subject)).find((budget) => budget.stream === stream)?.lifetime ?? 0;
    const before = await spent();
    const ask = (sql: string, epsilon?: number): Promise<string> =>
      outcomeOf(parts.queries, caller, { sql, purpose: asker.purpose, ...(epsilon === undefined ? {} : { epsilon }) });
    trials.push({
      view: view.name,
      stream,
      rows: await ask(`SELECT * FROM ${view.name}`),
      beyond: await ask(`SELECT count(*) FROM ${view.name}`, BEYOND),
      spent: Math.abs((await spent()) - before),
      open: openToAll(stream, parts),
    });
  }
  return trials;
}

async function outcomeOf(
  queries: Pick<Queries, 'run'>,
  caller: Caller,
  { sql, purpose, epsilon }: { readonly sql: string; readonly purpose: string | null; readonly epsilon?: number },
): Promise<string> {
  const request = {
    sql,
    purpose,
    parameters: [],
    format: 'json',
    ...(epsilon === undefined ? {} : { epsilon }),
  } as const;
  try {
    const { parts } = await queries.run(caller, request, new AbortController().signal);
    await Array.fromAsync(parts);
    return 'answered';
  } catch (error) {
    for (const code of ['QUERY_REFUSED', 'QUERY_BUDGET_SPENT']) if (hasCode(error, code)) return code;
    throw error;
  }
}

/** Who may ask a view, and for which purpose; null where nobody may. */
function askerOf(
  view: string,
  { template, decisions }: TryPrivacyParts,
): { readonly subject: Subject; readonly purpose: string | null } | null {
  const columns = { columns: [{ name: 'x', class: 'public' as const }] };
  for (const subject of [...[...template().people.keys()].map((role) => roleOnly(role)), OPERATOR]) {
    const purposes = rolesOf(subject, template()).flatMap((role) => role.purposes);
    for (const purpose of [...purposes, null]) {
      if (decisions.decideQuery(subject, view, purpose, template(), columns).effect === 'allow')
        return { subject, purpose };
    }
  }
  return null;
}

/** Whether somebody who queries all, and does not name the stream, may query it. */
function openToAll(stream: string, { template, decisions }: TryPrivacyParts): boolean {
  const all = [...template().people.values()].filter(({ query }) => query === 'all').map(({ name }) => roleOnly(name));
  const standard = template().people.has('operator') ? [] : [OPERATOR];
  return [...all, ...standard].some((subject) =>
    [null, ...rolesOf(subject, template()).flatMap(({ purposes }) => purposes)].some(
      (purpose) => decisions.decideQuery(subject, stream, purpose, template()).effect === 'allow',
    ),
  );
}

const OPERATOR: Subject = { id: '_prober', kind: 'operator', roles: [], standing: 'good', deviceType: null };

function roleOnly(role: string): Subject {
  return { id: '_prober', kind: 'service', roles: [role], standing: 'good', deviceType: null };
}
