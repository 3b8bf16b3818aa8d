import { ACTION_RULES, actionFits } from './actions.ts';
import type { AccessRequest, Reason } from './types.ts';

const KINDS: readonly string[] = ['person', 'service', 'device', 'operator', 'agent'];

/** Why a request is none that the schema of the policies knows, and the rule that says so; null where it is one. */
export function illFormed({ subject, action, resource }: AccessRequest): { reason: Reason; rule: string } | null {
  if (subject.id === '' || !KINDS.includes(subject.kind)) {
    return { reason: 'subject-unknown', rule: 'forbid-unknown-subject' };
  }
  if (subject.kind === 'agent' && !isPrincipal(subject.actsFor)) {
    return { reason: 'subject-unknown', rule: 'forbid-agent-for-nobody' };
  }
  if (!actionFits(action, resource.type)) return { reason: 'action-unknown', rule: 'forbid-unknown-action' };
  if (resource.name === '') return { reason: 'resource-unknown', rule: 'forbid-unknown-action' };
  const { by } = ACTION_RULES[action];
  if (subject.kind === 'device' && by !== 'devices') {
    return { reason: 'not-for-devices', rule: 'forbid-device-beyond-streams' };
  }
  if (subject.kind !== 'device' && by === 'devices') {
    return { reason: 'only-for-devices', rule: 'forbid-others-as-device' };
  }
  return null;
}

/** Whether an agent can act for somebody: for people and programs, never for another agent or a device. */
function isPrincipal(subject: AccessRequest['subject'] | undefined): boolean {
  return subject !== undefined && ['person', 'service', 'operator'].includes(subject.kind);
}
