import type { AuditEvent } from '#base/core/index.ts';
import type { Rule } from '#declare/template/index.ts';
import type { PlacedEntry } from '#trust/audit/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';

/** For tests only: an entry of the log, at a second. */
export function entryAt(second: number, event: Partial<AuditEvent>, index = Math.round(second * 10)): PlacedEntry {
  const { actor = 'anonymous', action = 'sign-in', resource = 'platform:api', outcome = 'denied', ...rest } = event;
  return { index, time: (second * 1e6) as PlacedEntry['time'], event: { actor, action, resource, outcome, ...rest } };
}

/** For tests only: a refused sign-in from a network. */
export function refusedFrom(second: number, address: string, count = 1): PlacedEntry {
  return entryAt(second, { reason: 'token-unknown', detail: { address, count } });
}

/** For tests only: the rules of a template. */
export function rulesOf(yaml: string): readonly Rule[] {
  return [...(makeTemplate(yaml).rules?.values() ?? [])];
}
