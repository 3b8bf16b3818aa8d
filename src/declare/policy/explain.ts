import { PolicyError } from './errors.ts';
import type { AccessRequest, Decision, Reason } from './types.ts';

/** Each reason in words, for explanations and the documentation. */
export const REASONS: Readonly<Record<Reason, string>> = {
  granted: 'a rule grants it',
  'subject-unknown': 'it is not known who asks',
  'action-unknown': 'there is no such action on this kind of resource',
  'resource-unknown': 'there is no such resource',
  'context-missing': 'something that the decision needs was not told',
  disabled: 'the subject is disabled',
  revoked: 'the credential is revoked',
  contained: 'the device is contained',
  'not-for-devices': 'devices only publish and hear their own commands',
  'only-for-devices': 'only devices publish and hear commands',
  'own-proposal': 'nobody approves a change of their own',
  'not-spoken-for': 'the device does not speak for devices of this type',
  'beyond-scope': 'the credential is not for this',
  posture: 'the posture of the device is not fresh, and the stream asks that it is',
  forbidden: 'a policy forbids it',
  'not-granted': 'nothing grants it',
  'purpose-not-granted': 'no role of the subject has this purpose',
  'purpose-not-served': 'the data are not there for this purpose',
  'no-column': 'no column of it is granted',
  'beyond-region': 'what it is made from has to stay in its region, and who asks is outside',
  'no-row': 'no row of it is granted',
  'rows-unknown': 'what a policy says of its rows cannot be made a filter',
};

/** One line that says who was denied or allowed what, and which rule decided. */
export function explainDecision(request: AccessRequest, decision: Decision): string {
  const { subject, action, resource, purpose } = request;
  const what = `${action} ${resource.type}:${resource.name}${purpose === null ? '' : ` for ${purpose}`}`;
  const verb = decision.effect === 'allow' ? 'may' : 'may not';
  return `${subject.id} ${verb} ${what}: ${REASONS[decision.reason]} (${decision.rule})`;
}

/**
 * Returns where a decision allows.
 *
 * @throws {PolicyError} POLICY_DENIED where it denies; the message does not tell why, for that helps who probes
 */
export function requireAllowed(request: AccessRequest, decision: Decision): void {
  if (decision.effect === 'allow') return;
  const { action, resource } = request;
  // Some actions are about whatever there is of a type: then the action is what is missing, whoever it is about.
  const message =
    resource.name === '*' && resource.type !== 'platform'
      ? `Cannot go on: this takes the action ${action} on every ${resource.type}, and it is not allowed`
      : `Cannot ${action} ${resource.type} ${resource.name}: it is not allowed`;
  throw new PolicyError('POLICY_DENIED', message, {
    hint: 'Ask who administers the template for a role that grants it',
  });
}
