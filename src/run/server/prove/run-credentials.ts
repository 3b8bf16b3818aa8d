import { micros, minutes, PROBE_DEVICE, PROBER_ACTOR } from '#base/core/index.ts';
import type { Clock, Random } from '#base/core/index.ts';
import type { ProgramCredentialKind } from '#assure/controls/index.ts';
import { PROBER_ROLE } from '#declare/policy/index.ts';
import { PROBE_CREDENTIAL_KINDS } from '#trust/identity/index.ts';
import type { Identity, ProbeCredentialKind } from '#trust/identity/index.ts';
import { STANDARD_SIGN_IN } from '#declare/template/index.ts';
import type { SignInRules } from '#declare/template/index.ts';
import type { Credential } from './credential.ts';
import { makeProgramCredentials } from './program-credentials.ts';

/** Everything that is made for a run ends by itself soon after. */
export const CREDENTIAL_LIFE = minutes(20);

/** As whom the log names what is done for a run. */
export const PROVER = PROBER_ACTOR;

/** Credentials of one run. Keys are kept nowhere else and go with it. */
export interface RunCredentials {
  /** Of the device `_probe`. */
  readonly device: Credential;
  readonly misfits: ReadonlyMap<ProbeCredentialKind, Credential>;
  /** Bearer token of the prober, who may prove and see what probes sent. */
  readonly prober: string;
  /** Bearer token of somebody without any role. */
  readonly guest: string;
  /** What programs show, most of it of no use. */
  readonly program: ReadonlyMap<ProgramCredentialKind, string>;
}

/** Makes the credentials of a run through the code that makes those of users; each making is in the log. */
export async function makeRunCredentials(
  identity: Identity,
  clock: Clock,
  random: Random,
  signIn: SignInRules = STANDARD_SIGN_IN,
): Promise<RunCredentials> {
  const { people, inventory } = identity;
  const expires = micros(clock.now() + CREDENTIAL_LIFE * 1_000);
  const prober = await people.signInOwn('_prober', [PROBER_ROLE], PROVER, expires);
  const guest = await people.signInOwn('_probe-guest', [], PROVER, expires);
  const misfits = new Map<ProbeCredentialKind, Credential>();
  for (const kind of PROBE_CREDENTIAL_KINDS) {
    misfits.set(kind, await identity.probeCredential(kind, CREDENTIAL_LIFE, PROVER));
  }
  const program = await makeProgramCredentials({
    identity,
    clock,
    random,
    signIn,
    prober: prober.person,
    actor: PROVER,
  });
  // Last: once a gateway knows this certificate it knows of all that was made before.
  const { key, certificate } = await inventory.renew(PROBE_DEVICE, CREDENTIAL_LIFE, PROVER);
  return { device: { key, certificate }, misfits, prober: prober.token, guest: guest.token, program };
}
