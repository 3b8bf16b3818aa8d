import { Type } from '#base/core/index.ts';
import type { Static } from '#base/core/index.ts';
import type { WebhookSender } from '../../watch/webhook-sender.ts';
import { timeOf } from '../alert-form.ts';
import { count, listOf, orNull, text, time } from '../forms.ts';
import { PLATFORM } from '../route.ts';
import type { Route } from '../route.ts';

const WEBHOOK = Type.Object({
  name: text,
  /** Its origin: the rest of an address may be what opens it. */
  at: text,
  severity: text,
  state: Type.Enum(['sent', 'waiting', 'failing', 'gone'] as const),
  delivered: count,
  givenUp: count,
  waiting: count,
  tries: count,
  nextTry: orNull(time),
  last: orNull(Type.Object({ at: time, status: orNull(count), problem: orNull(text) })),
  publicKey: orNull(text),
});
export type WebhookForm = Static<typeof WEBHOOK>;

/** How alerts get to where the template wants them sent. */
export const WEBHOOK_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/webhooks',
    summary: 'Webhooks that alerts are sent to, and how that goes',
    access: { action: 'respond', resource: () => PLATFORM },
    answer: { json: Type.Object({ webhooks: listOf(WEBHOOK) }) },
    handle: async (_request, { webhooks, alerts }) => ({
      json: {
        webhooks: await Promise.all(
          webhooks.all.map(async (sender) => showWebhook(sender, await alerts.countAfter(sender.state.after))),
        ),
      },
    }),
  },
];

function showWebhook({ webhook, state, publicKey }: WebhookSender, waiting: number): WebhookForm {
  const { delivered, givenUp, tries, nextTry, last, gone } = state;
  return {
    name: webhook.name,
    at: new URL(webhook.url).origin,
    severity: webhook.severity,
    state: gone ? 'gone' : tries > 0 ? 'failing' : waiting > 0 ? 'waiting' : 'sent',
    delivered,
    givenUp,
    waiting,
    tries,
    nextTry: nextTry === null ? null : timeOf(nextTry),
    last: last === null ? null : { ...last, at: timeOf(last.at) },
    publicKey,
  };
}
