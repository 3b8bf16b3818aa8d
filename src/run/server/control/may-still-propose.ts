import type { DecisionPoint, Subject } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Identity } from '#trust/identity/index.ts';
import type { ProposalActor } from './proposal-book.ts';

interface Parts {
  readonly people: Pick<Identity['people'], 'find'>;
  readonly decisions: DecisionPoint;
  readonly template: Template;
}

/**
 * Whether whoever made a proposal could still make it: a change that somebody left behind who was put out since, or has
 * the role no more, is nobody's.
 */
export async function mayStillPropose(
  { subject }: ProposalActor,
  { people, decisions, template }: Parts,
): Promise<boolean> {
  const now = await presentSubject(subject, people);
  if (now === null) return false;
  const request = {
    action: 'administer',
    resource: { type: 'template', name: '*' },
    purpose: null,
    context: {},
  } as const;
  return decisions.decide({ ...request, subject: now }, template).effect === 'allow';
}

/** A subject with the roles that it has now, null where it is let in no more. */
async function presentSubject(subject: Subject, people: Parts['people']): Promise<Subject | null> {
  const { actsFor } = subject;
  if (actsFor !== undefined) {
    const principal = await presentSubject(actsFor, people);
    return principal === null ? null : { ...subject, actsFor: principal };
  }
  const person = await people.find(subject.id);
  if (person?.status !== 'enabled') return null;
  // Who comes from an identity provider holds roles for each request only: those that counted then are all there is.
  return { ...subject, roles: person.name.includes(':') ? subject.roles : person.roles };
}
