import { DATA_ACTIONS } from './actions.ts';
import type { AccessRequest, Reason, Subject } from './types.ts';

/**
 * Why the scope of the credential that was shown keeps a request from being decided any further, or null where it does
 * not. A view outside of the scope is answered like one that does not exist.
 */
export function beyondScope({
  subject,
  action,
  resource,
  purpose,
}: Pick<AccessRequest, 'subject' | 'action' | 'resource' | 'purpose'>): Reason | null {
  const { scope } = subject;
  if (scope === undefined) return null;
  if (scope.actions !== null && !scope.actions.includes(action)) return 'beyond-scope';
  const isData = DATA_ACTIONS.includes(action);
  if (isData && scope.views !== null && !scope.views.includes(resource.name)) return 'not-granted';
  if (scope.purposes === null || (purpose === null && !isData)) return null;
  return purpose !== null && scope.purposes.includes(purpose) ? null : 'purpose-not-granted';
}

/** The purposes among some that the credential of a subject may be used for. */
export function purposesInScope(subject: Subject, purposes: readonly string[]): readonly string[] {
  const allowed = subject.scope?.purposes ?? null;
  return allowed === null ? purposes : purposes.filter((purpose) => allowed.includes(purpose));
}
