import type { AuditEvent, Micros } from '#base/core/index.ts';
import type { LogReplay } from '#trust/identity/index.ts';
import { openPurposes } from './consent.ts';
import type { Consent } from './consent.ts';

/** Actions of the entries about consents. */
export const GIVE = 'give-consent';
export const WITHDRAW = 'withdraw-consent';
export const SUSPEND = 'suspend-consents';
export const CONFIRM = 'confirm-consent';

/** A member of an entry takes 512 characters, an entry sixteen members; a purpose has up to 64 characters. */
const PER_MEMBER = 7;

/** Purposes as members of an entry's detail: names hold no blanks. */
export function purposesDetail(purposes: readonly string[]): Readonly<Record<string, string>> {
  const lines = Math.max(1, Math.ceil(purposes.length / PER_MEMBER));
  return Object.fromEntries(
    Array.from({ length: lines }, (_, at) => [
      at === 0 ? 'purposes' : `purposes${at + 1}`,
      purposes.slice(at * PER_MEMBER, (at + 1) * PER_MEMBER).join(' '),
    ]),
  );
}

function purposesOf(detail: AuditEvent['detail']): readonly string[] {
  return Object.entries(detail ?? {}).flatMap(([name, text]) =>
    /^purposes[0-9]*$/.test(name) && typeof text === 'string' ? text.split(' ').filter((word) => word !== '') : [],
  );
}

/** A step in the life of suspended consents, in the order of the log. */
type HoldStep = { readonly suspendBefore: number } | { readonly confirm: string };

/** What the replay works on. */
export interface ReplayTarget {
  all(): readonly Consent[];
  write(consents: readonly Consent[]): Promise<void>;
}

/**
 * What the log says of consents, done again over a catalogue that may be an older copy: what was withdrawn is withdrawn,
 * what waits to be confirmed waits. A consent that the copy does not have is not brought back: who gave it is not in the
 * log, and it is given again rather than guessed.
 */
export function replayConsents(target: ReplayTarget): LogReplay {
  const withdrawn = new Map<string, { readonly at: Micros; readonly purposes: readonly string[] }[]>();
  const holds: HoldStep[] = [];
  return {
    take({ time, event: { action, resource, outcome, detail } }) {
      if (outcome !== 'done') return;
      const id = /^consent:(.+)$/s.exec(resource)?.[1] ?? '';
      if (action === WITHDRAW)
        withdrawn.set(id, [...(withdrawn.get(id) ?? []), { at: time, purposes: purposesOf(detail) }]);
      if (action === SUSPEND && typeof detail?.['before'] === 'number') holds.push({ suspendBefore: detail['before'] });
      if (action === CONFIRM) holds.push({ confirm: id });
    },
    async apply() {
      const changed = target.all().flatMap((consent) => {
        const again = settled(consent, withdrawn.get(consent.id) ?? [], holds);
        return again === consent ? [] : [again];
      });
      await target.write(changed);
    },
  };
}

function settled(
  consent: Consent,
  withdrawals: readonly { readonly at: Micros; readonly purposes: readonly string[] }[],
  holds: readonly HoldStep[],
): Consent {
  let now = consent;
  for (const { at, purposes } of withdrawals) {
    const open = openPurposes(now).filter((purpose) => purposes.includes(purpose));
    if (open.length > 0) now = { ...now, events: [...now.events, { kind: 'withdrawn', at, purposes: open }] };
  }
  let suspended = now.suspended;
  for (const step of holds) {
    if ('confirm' in step) suspended &&= step.confirm !== now.id;
    else suspended ||= now.given <= step.suspendBefore;
  }
  return suspended === now.suspended ? now : { ...now, suspended };
}
