import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Asks each private view for rows, and for more than its budget has left. Nothing is answered, and nothing spent. */
export const privateViewsKeepTheirBudget: Control = {
  id: 'private-views-keep-their-budget',
  row: 55,
  covers: 'part',
  statement: 'a private view shows no row, refuses what would overspend its budget, and its stream is not open to all',
  requirements: ['gdpr:25', 'gdpr:32', 'nist-csf:PR.DS-01'],
  probe: async (platform) => {
    const trials = await platform.privacyTrial();
    if (trials.length === 0) {
      return { outcome: 'not-applicable', evidence: { why: 'no stream of the template has a private view' } };
    }
    const every = (test: (trial: (typeof trials)[number]) => boolean): boolean => trials.every(test);
    return judge(
      {
        'no row is shown': every(({ rows }) => rows === 'QUERY_REFUSED'),
        'what would overspend is refused': every(({ beyond }) => beyond === 'QUERY_BUDGET_SPENT'),
        'a refusal costs nothing': every(({ spent }) => spent === 0),
        'who queries all does not see the rows': every(({ open }) => !open),
      },
      { views: trials.map((trial) => ({ ...trial })) },
    );
  },
};
