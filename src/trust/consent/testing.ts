import { micros, seconds } from '#base/core/index.ts';
import type { AuditEvent, Micros } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import type { LogHistory } from '#trust/identity/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { openKeys } from '../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../test/support/tmp.ts';
import type { Consent } from './consent.ts';
import { Consents } from './consents.ts';

/** For tests only: a stream that asks for consent, and one that does not. */
export const TEMPLATE = makeTemplate(`
devices: {band: {}}
region: eu
streams:
  pulse:
    from: band
    purposes: [care, research]
    basis: consent
    subject: wearer
    keep: {max: 30d}
    fields:
      wearer: {type: text, class: identifier}
      rate: {type: integer, class: health}
      room: {type: text}
  climate: {from: band, fields: {temperature: {type: number}}}
people:
  nurse: {query: [pulse], purposes: [care], sees: [operational, health]}
`);

export const AT: Micros = micros(1_767_225_600_000_000);
export const SECOND = 1_000_000;

/** For tests only: a consent of `pulse` to both purposes, given at `AT`. */
export function consentAt(change: Partial<Consent> = {}): Consent {
  const given = change.given ?? AT;
  return {
    id: 'c1',
    stream: 'pulse',
    subject: 't1-ada',
    given,
    expires: null,
    suspended: false,
    terms: {
      purposes: ['care', 'research'],
      fields: [{ name: 'wearer', class: 'identifier' }],
      controller: 'test',
      region: 'eu',
      keep: 30 * 86_400_000,
      recipients: ['nurse'],
      notice: null,
      method: null,
    },
    events: [{ kind: 'given', at: given, purposes: ['care', 'research'] }],
    ...change,
  };
}

/** For tests only: consents over keys in memory, with a log that knows the time of its entries. */
export async function openConsents(t: Cleanable) {
  const clock = frozenClock(AT);
  const opened = await openKeys(t, clock);
  const { catalogue, keys, audit, custody } = opened;
  const parts = { catalogue, keys, audit, clock, random: systemRandom, template: () => TEMPLATE };
  const consents = await Consents.open(parts);
  const times: number[] = [];
  const append = audit.append.bind(audit);
  Object.assign(audit, {
    append: (event: AuditEvent) => {
      times[audit.events.length] = clock.now();
      return append(event);
    },
  });
  const history = (): LogHistory => ({
    size: () => audit.events.length,
    entries: async function* (from) {
      for (const [index, event] of audit.events.entries()) {
        if (index >= from) yield { index, time: micros(times[index] ?? 0), event };
      }
    },
  });
  /** A start over what is there: the rows anew, then the log over them. */
  const restart = async (): Promise<Consents> => {
    const again = await Consents.open(parts);
    const replay = again.replay();
    for await (const entry of history().entries(0)) replay.take(entry);
    await replay.apply();
    return again;
  };
  const tick = (): void => clock.advance(seconds(1));
  return { ...opened, custody, clock, consents, restart, tick, parts };
}
