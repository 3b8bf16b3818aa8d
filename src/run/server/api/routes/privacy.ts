import { formatMicros, micros, Type } from '#base/core/index.ts';
import { count, listOf, orNull, text, time } from '../forms.ts';
import type { Route } from '../route.ts';

const EPSILON = Type.Number({ minimum: 0, description: 'ε with the δ of the budget.' });
const BUDGET = Type.Object({
  stream: text,
  views: listOf(text),
  epsilon: EPSILON,
  delta: Type.Number(),
  answers: count,
  lifetime: EPSILON,
  periods: listOf(
    Type.Object({
      start: orNull(time),
      finish: orNull(time),
      spent: EPSILON,
      left: EPSILON,
      shares: listOf(Type.Object({ share: text, spent: EPSILON, left: EPSILON })),
    }),
  ),
});

/** What answers with noise have told, and what they may still tell. */
export const PRIVACY_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/privacy',
    summary: 'Privacy budgets: what was spent of them, and what is left',
    access: 'within',
    answer: { json: Type.Object({ budgets: listOf(BUDGET) }) },
    handle: async ({ caller }, { privacy }) => {
      const budgets = (await privacy.list(caller.subject)).map((budget) => ({
        ...budget,
        periods: budget.periods.map((period) => ({
          ...period,
          start: timeOf(period.start),
          finish: timeOf(period.finish),
        })),
      }));
      return { json: { budgets } };
    },
  },
];

function timeOf(value: number | null): string | null {
  return value === null ? null : formatMicros(micros(value));
}
