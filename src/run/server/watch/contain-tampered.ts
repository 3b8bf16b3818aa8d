import type { AuditSink, Log } from '#base/core/index.ts';
import { TAMPER_KINDS } from '#declare/template/index.ts';
import type { Containment, TamperKind, Template } from '#declare/template/index.ts';
import type { Inventory } from '#trust/identity/index.ts';
import type { Alert } from '#watch/respond/index.ts';

export interface ContainParts {
  readonly inventory: Pick<Inventory, 'find' | 'contain'>;
  readonly audit: AuditSink;
  readonly log: Log;
  readonly template: () => Template;
}

const ACTOR = 'weir:watch';

/** What a template wants done about an alert; null where it is none of tampering, or is no news. */
export function containmentOf(
  alert: Pick<Alert, 'violates' | 'state' | 'raised' | 'changed'>,
  type: string,
  template: Template,
): { readonly kind: TamperKind; readonly answer: Containment } | null {
  const kind = TAMPER_KINDS.find((one) => one === alert.violates?.kind);
  // What is expected, as during maintenance, is contained by nobody; what is told again was answered before.
  if (kind === undefined || alert.state !== 'new' || alert.raised !== alert.changed) return null;
  return { kind, answer: template.devices.get(type)?.tampering?.[kind] ?? 'alert' };
}

/** Puts signs of tampering on record, and contains the device as its type has it declared. */
export async function containTampered(
  { inventory, audit, log, template }: ContainParts,
  alerts: readonly Alert[],
): Promise<void> {
  for (const alert of alerts) {
    const { device, id, stream, violates } = alert;
    const known = device === null ? null : inventory.find(device);
    if (device === null || known === null) continue;
    const wanted = containmentOf(alert, known.type, template());
    if (wanted === null) continue;
    const { kind, answer } = wanted;
    log.warn({ device, kind, answer }, `a sign of tampering: ${violates?.rule}`);
    await audit.append({
      actor: ACTOR,
      action: 'tamper-alert',
      resource: `device:${device}`,
      outcome: answer === 'alert' ? 'allowed' : 'denied',
      reason: kind,
      detail: { alert: id, stream: stream ?? '', answer },
    });
    if (answer === 'alert') continue;
    try {
      await inventory.contain(device, answer === 'cut' ? 'contained' : 'quarantined', ACTOR);
    } catch (error) {
      // Revoked meanwhile, which is more than was wanted.
      log.warn({ device, error: String(error) }, 'a device could not be contained');
    }
  }
}
