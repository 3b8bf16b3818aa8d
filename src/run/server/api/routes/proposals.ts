import { formatMicros, micros, Type } from '#base/core/index.ts';
import { requireAllowed } from '#declare/policy/index.ts';
import { PROPOSAL_STATES, proposerOf } from '../../control/proposal-book.ts';
import type { Proposal } from '../../control/proposal-book.ts';
import { closed, digest, listOf, orNull, text, time } from '../forms.ts';
import type { Route, RouteAccess, RouteRequest } from '../route.ts';
import type { Services } from '../services.ts';
import { APPLIED, CHANGES, GOES, showApplied, TEMPLATE, WEAKNESSES } from './template.ts';

const PROPOSAL = Type.Object({
  id: text,
  state: Type.Enum(PROPOSAL_STATES),
  digest,
  base: digest,
  template: digest,
  changes: CHANGES,
  weaknesses: WEAKNESSES,
  proposedBy: text,
  decidedBy: orNull(text),
  reason: orNull(text),
  created: time,
  expires: time,
});

/** To decide about a proposal is to approve, and never one's own: the policy is told who made it. */
const DECIDES: RouteAccess = {
  action: 'approve',
  resource: () => TEMPLATE,
  context: async ({ params }, { proposals }) => {
    const proposer = await proposals.proposerOf(params['id'] ?? '');
    // Of none there is no proposer; who may approve hears that it does not exist.
    return { proposer: proposer === null ? '' : proposerOf(proposer) };
  },
};

/** Changes of the template that wait for a second person. */
export const PROPOSAL_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/proposals',
    summary: 'Changes of the template that wait for a second person, and what became of earlier ones',
    access: 'within',
    answer: { json: Type.Object({ proposals: listOf(PROPOSAL) }) },
    handle: async (request, services) => {
      requireReader(request, services);
      return { json: { proposals: (await services.proposals.list()).map(show) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/proposals/:id',
    summary: 'One proposal, with all that it would change',
    access: 'within',
    answer: { json: Type.Object({ ...PROPOSAL.properties, goes: GOES }) },
    handle: async (request, services) => {
      requireReader(request, services);
      const { proposals } = services;
      const found = await proposals.find(request.params['id'] ?? '');
      const goes = found.state === 'waiting' ? await proposals.goingWith(found.id) : [];
      return { json: { ...show(found), goes: [...goes] } };
    },
  },
  {
    method: 'POST',
    path: '/v1/proposals/:id/approve',
    summary: 'Put in force what somebody else proposed, by the digest of what was shown',
    access: DECIDES,
    body: closed({ digest }),
    answer: { json: APPLIED },
    handle: async ({ params, body, caller }, { proposals }) => {
      const shown = (body as { digest: string }).digest;
      return showApplied(await proposals.approve(params['id'] ?? '', shown, caller));
    },
  },
  {
    method: 'POST',
    path: '/v1/proposals/:id/reject',
    summary: 'End a proposal of somebody else',
    access: DECIDES,
    body: closed({ reason: Type.Optional(Type.String({ maxLength: 256 })) }),
    answer: { json: PROPOSAL },
    handle: async ({ params, body, caller }, { proposals }) => {
      const { reason } = body as { reason?: string };
      return { json: show(await proposals.reject(params['id'] ?? '', reason, caller)) };
    },
  },
];

/**
 * Who may see proposals: whoever may approve those of others, and whoever administers the template.
 *
 * @throws {PolicyError} POLICY_DENIED
 */
function requireReader({ caller }: RouteRequest, { decisions, templates, clock }: Services): void {
  const context = { time: clock.now(), address: caller.peer.address, proposer: '' };
  const asked = { subject: caller.subject, resource: TEMPLATE, purpose: null, context };
  const [first, second] = (['approve', 'administer'] as const).map((action) => {
    const request = { ...asked, action };
    return { request, decision: decisions.decide(request, templates.current) };
  });
  if (first?.decision.effect === 'allow' || second === undefined) return;
  requireAllowed(second.request, second.decision);
}

/** A proposal as the API shows it. */
export type ShownProposal = ReturnType<typeof show>;

function show(proposal: Proposal) {
  const { created, expires } = proposal;
  return { ...proposal, created: formatMicros(micros(created)), expires: formatMicros(micros(expires)) };
}
