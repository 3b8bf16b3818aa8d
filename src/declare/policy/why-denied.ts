import type { AccessRequest, Reason } from './types.ts';

const STANDINGS: readonly string[] = ['disabled', 'revoked', 'contained'];

/** The reason behind a policy of the platform that forbade; one of a template or a file just forbids. */
export function reasonOfForbid(policy: string, { subject, context }: AccessRequest): Reason {
  if (policy === 'forbid-unknown-resource') return 'resource-unknown';
  if (policy === 'forbid-purpose-not-served') return 'purpose-not-served';
  if (policy === 'forbid-own-proposal') return context.proposer === undefined ? 'context-missing' : 'own-proposal';
  if (policy === 'forbid-standing') {
    return STANDINGS.includes(subject.standing) ? (subject.standing as Reason) : 'context-missing';
  }
  return /^streams\.\w+\.posture$/.test(policy) ? 'posture' : 'forbidden';
}

/** The reason where no policy permits an action that is none on data. */
export function reasonOfDefault({ subject, action, context }: AccessRequest): Reason {
  if (action !== 'publish') return 'not-granted';
  const { about, speaksFor } = context;
  if (about === undefined || subject.deviceType === null) return 'context-missing';
  const foreign = about.name !== subject.id && speaksFor?.includes(about.type) !== true;
  return foreign ? 'not-spoken-for' : 'not-granted';
}
