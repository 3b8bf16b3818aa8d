import type { QueryDecision, QueryObligations, VisibleColumn } from './types.ts';

/**
 * What two decisions about one request both allow: an agent has never more than the person it acts for. A column is
 * seen where both see it, masked where either sees it masked; the row filters of both hold. Columns that both see
 * masked in different ways are nulled, for one form together with another could show more than either.
 */
export function intersectDecisions(agent: QueryDecision, person: QueryDecision): QueryDecision {
  if (agent.effect === 'deny') return agent;
  if (person.effect === 'deny') return person;
  const policies = [...new Set([...agent.policies, ...person.policies])];
  if (agent.obligations === null || person.obligations === null) return { ...agent, policies };
  const obligations = intersect(agent.obligations, person.obligations);
  const hidden = [
    ...agent.hidden,
    ...person.hidden.filter(({ name }) => !agent.hidden.some((one) => one.name === name)),
  ];
  if (obligations.columns.length === 0) {
    return { effect: 'deny', reason: 'no-column', rule: person.rule, policies, obligations: null, hidden };
  }
  return { ...agent, policies, obligations, hidden };
}

function intersect(one: QueryObligations, other: QueryObligations): QueryObligations {
  const masks = new Map(other.columns.map(({ name, mask }) => [name, mask]));
  const columns = one.columns.flatMap(({ name, mask }): VisibleColumn[] => {
    const second = masks.get(name);
    if (second === undefined) return [];
    return [{ name, mask: mask === null ? second : second === null || second === mask ? mask : 'null' }];
  });
  const filters = [...new Set([one.rowFilter, other.rowFilter].filter((filter) => filter !== null))];
  return { columns, rowFilter: filters.length === 0 ? null : filters.map((filter) => `(${filter})`).join(' AND ') };
}
