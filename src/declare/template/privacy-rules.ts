import { hours, millis } from '#base/core/index.ts';
import type { CheckContext } from './check-context.ts';
import type { DeepPartial } from './partial.ts';
import { parseDuration } from './quantities.ts';
import type { StreamSource } from './schema.ts';
import type { SourcePath } from './source-node.ts';
import type { PrivacyRules } from './types.ts';

type PrivacySource = NonNullable<StreamSource['privacy']>;

const STANDARD = { delta: 1e-6, rows: 1_000, queries: 20 } as const;
/** Periods are counted, and a statement pays in each that it reads. */
const LEAST_RENEWAL = hours(1);

/** A privacy budget with every default filled in. */
export function buildPrivacy({ epsilon, delta, query, rows, renew, allot }: PrivacySource): PrivacyRules {
  const period = renew === undefined ? null : parseDuration(renew);
  return {
    epsilon,
    delta: delta ?? STANDARD.delta,
    query: query ?? epsilon / STANDARD.queries,
    rows: rows ?? STANDARD.rows,
    renew: period === null ? null : millis(period),
    allot: { ...allot },
  };
}

/** Checks what a budget cannot say by its shape: that its parts fit into it. */
export function checkPrivacy(
  context: CheckContext,
  path: SourcePath,
  privacy: DeepPartial<PrivacySource> | undefined,
): void {
  if (privacy === undefined) return;
  const { epsilon, query, renew, allot = {} } = privacy;
  const invalid = (key: string, why: string): void =>
    context.at([...path, 'privacy', key], 'TEMPLATE_VALUE_INVALID', why);
  if (epsilon !== undefined && query !== undefined && query > epsilon)
    invalid('query', 'one statement would cost more than the whole budget');
  const period = renew === undefined ? null : parseDuration(renew);
  if (period !== null && period < LEAST_RENEWAL) invalid('renew', 'a budget is renewed every hour at most');
  const roles = Object.keys(context.source.people ?? {});
  for (const role of Object.keys(allot)) {
    if (!roles.includes(role)) context.unknown([...path, 'privacy', 'allot', role], 'role', role, roles);
  }
  const shares = Object.values(allot).reduce<number>((sum, share) => sum + (share ?? 0), 0);
  // Thirds written as 0.3333 and the like add up to a little less; rounding of the sum itself is no share.
  if (shares > 1 + 1e-9) invalid('allot', 'the shares are more than the whole budget');
}
