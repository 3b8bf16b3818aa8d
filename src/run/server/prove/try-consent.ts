import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#base/core/index.ts';
import type { ConsentTrial } from '#assure/controls/index.ts';
import type { Template } from '#declare/template/index.ts';
import { openReceipt } from '#trust/consent/index.ts';
import type { Consent, ConsentReceipts, Consents } from '#trust/consent/index.ts';
import { findEntry } from './find-entry.ts';
import type { ReadEntries } from './find-entry.ts';

export interface TryConsentParts {
  readonly template: () => Template;
  readonly consents: Pick<Consents, 'give' | 'withdraw' | 'standing' | 'excludedSubjects'>;
  readonly receipts: Pick<ConsentReceipts, 'sign' | 'verifierKeys'>;
  /** Whether each worker of the gateway would take a reading of a person, of a stream. */
  readonly agreed: (stream: string, subject: string) => Promise<readonly boolean[]>;
  /** The log as it is now. */
  readonly entries: () => Promise<{ readonly read: ReadEntries; readonly size: number }>;
  readonly clock: Clock;
  readonly actor: string;
}

/** Nobody: no device sends it, and every run gives and withdraws for it alone. */
const PERSON = '_probe-nobody';
const AGAIN_MS = 5;
const PATIENCE_MS = 2_000;

/** Gives and withdraws a consent to each stream that asks for it, and says what came of that. */
export async function tryConsent(parts: TryConsentParts): Promise<readonly ConsentTrial[]> {
  const trials: ConsentTrial[] = [];
  for (const { name, basis } of parts.template().streams.values()) {
    if (basis === 'consent') trials.push(await tryStream(name, parts));
  }
  return trials;
}

async function tryStream(stream: string, parts: TryConsentParts): Promise<ConsentTrial> {
  const { consents, receipts, agreed, clock, actor, template } = parts;
  const purpose = template().streams.get(stream)?.purposes[0] ?? '';
  const request = { stream, subject: PERSON, purposes: [], expires: null, notice: null, method: 'probe' };
  const { consent, isNew } = await consents.give(request, actor);
  const { subject } = consent;
  // One that a run left behind, which was ended, stands already.
  const askedFirst = isNew && !(await agreed(stream, `${subject}-other`)).some(Boolean);
  const taken = isAll(await agreed(stream, subject)) && consents.standing(stream, purpose).subjects.includes(subject);
  const said = openReceipt(await receipts.sign(consent, clock.now()), await receipts.verifierKeys());
  const receipt = JSON.stringify(said).includes('dpv:ConsentGiven');
  const began = performance.now();
  await consents.withdraw({ kind: 'record', id: consent.id }, null, actor);
  const endedAfterMs = await untilNobody(() => agreed(stream, subject), began);
  return {
    stream,
    askedFirst,
    taken,
    receipt,
    endedAfterMs,
    hidden:
      !consents.standing(stream, purpose).subjects.includes(subject) &&
      consents.excludedSubjects(stream, purpose).includes(subject),
    logged: (await isLogged('give-consent', consent, parts)) && (await isLogged('withdraw-consent', consent, parts)),
  };
}

async function untilNobody(ask: () => Promise<readonly boolean[]>, began: number): Promise<number | null> {
  for (;;) {
    if (!(await ask()).some(Boolean)) return performance.now() - began;
    if (performance.now() - began > PATIENCE_MS) return null;
    await sleep(AGAIN_MS);
  }
}

/** Whether the log has an entry about a consent, and nothing of the person in it. */
async function isLogged(
  action: string,
  { id, subject, given }: Consent,
  { entries }: TryConsentParts,
): Promise<boolean> {
  const { read, size } = await entries();
  const entry = await findEntry(read, size, { action, resource: `consent:${id}`, since: given });
  return entry !== null && !JSON.stringify(entry).includes(subject);
}

function isAll(answers: readonly boolean[]): boolean {
  return answers.length > 0 && answers.every(Boolean);
}
