import type { AuditEvent, AuditSink, Clock, LateAuditSink, Log } from '#base/core/index.ts';
import { days, systemClock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import type { SqliteCatalogue } from '#base/storage/index.ts';
import { AuditError } from '#trust/audit/index.ts';
import { openIdentity } from '#trust/identity/index.ts';
import type { Declared, Identity, IssuerFetch, PasswordCost } from '#trust/identity/index.ts';
import { STANDARD_SIGN_IN } from '#declare/template/index.ts';
import { createFileCustody, openKeyRing } from '#trust/keys/index.ts';
import type { FileCustody, KeyRing } from '#trust/keys/index.ts';
import { temporaryFolder } from './tmp.ts';
import type { Cleanable } from './tmp.ts';

/** A log for tests: keeps what was appended, and fails when told to. */
export interface RecordedAudit extends AuditSink, LateAuditSink {
  readonly events: AuditEvent[];
  /** While true nothing can be appended, as with a full disk. */
  broken: boolean;
  /** What each event waits for before it counts as durable. */
  held: Promise<void> | null;
}

/** An audit sink that keeps its events in memory. */
export function recordAudit(): RecordedAudit {
  const events: AuditEvent[] = [];
  const sink: RecordedAudit = {
    events,
    broken: false,
    held: null,
    append: async (event) => {
      await sink.held;
      if (sink.broken) throw new AuditError('AUDIT_LOG_UNAVAILABLE', 'the log cannot be written');
      return { index: events.push(event) - 1 };
    },
    appendLate: async (event) => void (await sink.append(event)),
  };
  return sink;
}

/** Keys on their own. */
export interface OpenKeys {
  readonly catalogue: SqliteCatalogue;
  readonly custody: FileCustody;
  readonly keys: KeyRing;
  readonly audit: RecordedAudit;
  /** Opens the key ring again over the same catalogue and custody, as after a restart. */
  readonly reopen: (late?: LateAuditSink) => Promise<KeyRing>;
}

/** A key ring with the demo key over a catalogue in memory, closed when the test ends. */
export async function openKeys(t: Cleanable, clock: Clock = systemClock): Promise<OpenKeys> {
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(async () => {
    await catalogue[Symbol.asyncDispose]();
  });
  const custody = await createFileCustody(await temporaryFolder(t), { demo: true }, { clock, random });
  const audit = recordAudit();
  const reopen = (late?: LateAuditSink): Promise<KeyRing> =>
    openKeyRing({ catalogue, custody, audit, ...(late === undefined ? {} : { late }), clock, random });
  return { catalogue, custody, audit, reopen, keys: await reopen() };
}

/** What a template of a test declares: types `reefer` of maker `acme`, `plc` that speaks for `valve`; role `scientist`. */
export const DECLARED: Declared = {
  hasDeviceType: (type) => ['reefer', 'plc', 'valve'].includes(type),
  deviceTypes: () => ['reefer', 'plc', 'valve'],
  speaksFor: (type) => (type === 'plc' ? ['valve'] : []),
  signIn: () => STANDARD_SIGN_IN,
  hosts: () => [],
  hasRole: (role) => ['scientist', 'keeper'].includes(role),
  certificate: () => ({ life: days(365), renewBefore: days(120) }),
  manufacturers: (type) => (type === 'reefer' ? ['acme'] : []),
  maxDevices: () => 1_000,
};

/** As cheap as the bounds of argon2id allow. */
const CHEAP: PasswordCost = { memoryKiB: 19_456, passes: 1, lanes: 1 };

const noNetwork: IssuerFetch = () => Promise.reject(new Error('this test reaches no issuer'));

/** Identity on top of keys. */
export interface OpenTrust extends OpenKeys {
  readonly identity: Identity;
  /** Opens identity again over the same catalogue and keys, as after a restart. */
  readonly reopenIdentity: () => Promise<Identity>;
  /** Messages that were logged as errors. */
  readonly errors: string[];
}

/** Identity with its authority over keys in memory, closed when the test ends. */
export async function openTrust(
  t: Cleanable,
  options: { readonly clock?: Clock; readonly declared?: Declared; readonly fetch?: IssuerFetch } = {},
): Promise<OpenTrust> {
  const { clock = systemClock, declared = DECLARED, fetch = noNetwork } = options;
  const opened = await openKeys(t, clock);
  const errors: string[] = [];
  const quiet = (): void => {};
  const log: Log = { debug: quiet, info: quiet, warn: quiet, error: (_fields, message) => errors.push(message) };
  const { catalogue, audit, keys } = opened;
  const reopenIdentity = (): Promise<Identity> =>
    openIdentity({ catalogue, keys, declared, audit, log, clock, random, signIn: { fetch, passwordCost: CHEAP } });
  return { ...opened, errors, reopenIdentity, identity: await reopenIdentity() };
}
