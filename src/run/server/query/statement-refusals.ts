import { QueryError } from '#flow/query/index.ts';
import type { GovernedRelation, RejectedStatement } from '#flow/query/index.ts';

/** Why a statement was rejected: what is there for other purposes is said to be. */
export function rejection(
  prepared: RejectedStatement,
  wrongPurpose: string | undefined,
  purpose: string | null,
): QueryError {
  if (wrongPurpose !== undefined) {
    return new QueryError(
      'QUERY_REFUSED',
      `Cannot run statement: ${wrongPurpose} is not there for ${purpose ?? 'no purpose'}`,
      {
        hint: 'State a purpose that the view serves and your role has, with --purpose',
      },
    );
  }
  return new QueryError(prepared.code, prepared.message, prepared.hint === null ? {} : { hint: prepared.hint });
}

export function outsideRegion(name: string): QueryError {
  return new QueryError(
    'QUERY_REFUSED',
    `Cannot run statement: ${name} stays in its region, and you are outside of it`,
    {
      hint: 'Ask for a view that may cross, or who administers for a transfer: npm run -s weir -- transfer record',
    },
  );
}

export function withoutPurpose({ name, purposes }: Pick<GovernedRelation, 'name' | 'purposes'>): QueryError {
  return new QueryError(
    'QUERY_REFUSED',
    `Cannot run statement: ${name} is there for ${purposes.join(', ')}, and no purpose was stated`,
    { hint: `State what the answer is for: --purpose ${purposes[0] ?? ''}` },
  );
}
