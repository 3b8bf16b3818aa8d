import { encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Alert } from '#watch/respond/index.ts';
import { showAlert, timeOf } from '../api/alert-form.ts';

/** What is told of an alert. */
export interface WebhookText {
  /** The same however often it is sent: by it a receiver knows what it has already. */
  readonly id: string;
  readonly body: string;
}

/** An alert as a message: `type`, when it became so, and the alert as the API shows it. */
export function webhookMessage(webhook: string, alert: Alert): WebhookText {
  const { id, raised, changed } = alert;
  const digest = sha256Hex(encodeUtf8(JSON.stringify([webhook, id, changed])));
  const type = raised === changed ? 'alert.raised' : 'alert.changed';
  return {
    id: `msg_${digest.slice(0, 32)}`,
    body: JSON.stringify({ type, timestamp: timeOf(changed), data: showAlert(alert) }),
  };
}
