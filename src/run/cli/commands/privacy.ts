import type { Command } from 'commander';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

export interface BudgetRow {
  readonly stream: string;
  readonly views: readonly string[];
  readonly epsilon: number;
  readonly delta: number;
  readonly lifetime: number;
  readonly periods: readonly {
    readonly start: string | null;
    readonly finish: string | null;
    readonly spent: number;
    readonly left: number;
    readonly shares: readonly { readonly share: string; readonly spent: number; readonly left: number }[];
  }[];
}

/** Privacy budgets: what answers with noise have told of one person, and what they may still tell. */
export function addPrivacyCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('privacy')
    .description('privacy budgets: what was spent of them, and what is left')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { budgets } = await context.withPlatform((client) =>
        client.json<{ budgets: BudgetRow[] }>('GET', '/v1/privacy'),
      );
      context.result(budgets, showBudgets);
      const view = budgets.flatMap(({ views }) => views)[0];
      if (view !== undefined) context.next(`query 'select count(*) from ${view}'`);
    });
}

function showBudgets(budgets: readonly BudgetRow[]): string {
  if (budgets.length === 0) return 'no stream that you ask has a privacy budget\n';
  return formatTable(
    ['stream', 'received from', 'budget ε', 'δ', 'spent', 'left', 'share', 'of it left', 'lifetime ε'],
    budgets.flatMap(({ stream, epsilon, delta, lifetime, periods }) =>
      periods.flatMap(({ start, spent, left, shares }) =>
        shares.map((share) => [
          stream,
          start ?? 'ever',
          epsilon,
          delta,
          rounded(spent),
          rounded(left),
          share.share === '*' ? 'common' : share.share,
          rounded(share.left),
          rounded(lifetime),
        ]),
      ),
    ),
  );
}

function rounded(epsilon: number): string {
  return epsilon.toFixed(3);
}
