import { decodeUtf8, formatMicros, PROBE_STREAM, seconds } from '#base/core/index.ts';
import type { AuditSink, Json, Log, Millis } from '#base/core/index.ts';
import { noteSigner, sha256Hex, signEnvelope, SIGNING_SEED_LENGTH, SigningKey } from '#base/crypto/index.ts';
import { CONTROLS, runControls, selectControls, signEvidence } from '#assure/controls/index.ts';
import type { ControlOutcome, Evidence, Selection } from '#assure/controls/index.ts';
import { CHECKPOINT_PATH } from '#trust/audit/index.ts';
import type { Custody } from '#trust/keys/index.ts';
import type { Caller } from '../api/caller.ts';
import { ApiError } from '../api/errors.ts';
import type { ProveProgress, Prover as ProverPort } from '../api/services.ts';
import { keptSecret } from '../control/open-log.ts';
import { packageVersion } from '../control/package-files.ts';
import { LastBundle } from './last-bundle.ts';
import { LivePlatform } from './live-platform.ts';
import type { LiveParts } from './live-platform.ts';
import { machineFacts } from './machine-facts.ts';
import { TokenBucket } from './token-bucket.ts';

export interface ProverParts extends Omit<LiveParts, 'template'> {
  readonly audit: AuditSink;
  readonly custody: Custody;
  readonly log: Log;
  readonly templates: { readonly current: ReturnType<LiveParts['template']>; readonly since: string };
  /** Runs begin at most this often; ten seconds where it is absent. */
  readonly every?: Millis;
}

const EVERY = seconds(10);
/** Who asked for a run may have gone away since, which ends none. */
const GOES_ON =
  'It goes on to its end: follow it with weir prove --follow, and have its evidence with weir prove --last';
/** The evidence's own keys, in the order in which they sign. */
export const EVIDENCE_ALGORITHMS = ['ed25519', 'ml-dsa-65'] as const;

/** The name of the keys of a platform's evidence. */
export function evidenceKeyName(deployment: string): string {
  return `weir/${deployment}/evidence`;
}

/** The name under which custody keeps the seed of such a key. */
export function evidenceSecret(algorithm: (typeof EVIDENCE_ALGORITHMS)[number]): string {
  return `evidence-${algorithm}`;
}

/** Runs controls against the running platform, one run at a time, and signs what they found. */
export class Prover implements ProverPort {
  readonly #parts: ProverParts;
  readonly #bucket: TokenBucket;
  readonly #last: LastBundle;
  #running = false;
  #begun: string | null = null;
  #brokeOff = false;
  #of = 0;
  #ended: ProveProgress['ended'][number][] = [];
  #lastBegun: number | null = null;
  #signers: Promise<readonly SigningKey[]> | null = null;

  constructor(parts: ProverParts) {
    this.#parts = parts;
    this.#last = new LastBundle(parts.layout.evidence);
    const { rate } = parts.templates.current.streams.get(PROBE_STREAM) ?? { rate: { perSecond: 1, burst: 1 } };
    this.#bucket = new TokenBucket(rate.perSecond, rate.burst, () => parts.clock.monotonicMs());
  }

  /**
   * Tries controls in order. The caller was decided to be allowed.
   *
   * @throws {ApiError} API_PROVE_BUSY if a run is under way or the last one began less than `every` ago;
   *   API_BODY_INVALID if nothing is selected
   */
  async prove(
    selection: Selection,
    caller: Pick<Caller, 'actor'>,
  ): Promise<{ controls: readonly ControlOutcome[]; bundle: string }> {
    const controls = selectAll(selection);
    this.#begin();
    this.#begun = formatMicros(this.#parts.clock.now());
    this.#of = controls.length;
    this.#ended = [];
    this.#brokeOff = false;
    try {
      return await this.#run(selection, controls, caller.actor);
    } catch (error) {
      this.#brokeOff = true;
      throw error;
    } finally {
      this.#running = false;
    }
  }

  progress(): ProveProgress {
    return {
      running: this.#running,
      begun: this.#begun,
      brokeOff: this.#brokeOff,
      of: this.#of,
      ended: [...this.#ended],
    };
  }

  lastBundle(): Promise<string | null> {
    return this.#last.read();
  }

  /** Signs a statement of the platform with the keys of evidence. @param type media type of the payload @returns JSON text */
  async sign(type: string, statement: Json): Promise<string> {
    return signEnvelope(type, statement, this.#keyName, await this.#keys());
  }

  /** Public keys that bundles are signed with, as verifier keys; to be handed to those who judge them. */
  async verifierKeys(): Promise<readonly string[]> {
    return (await this.#keys()).map((signer) => noteSigner(this.#keyName, signer).verifierKey);
  }

  get #keyName(): string {
    return evidenceKeyName(this.#parts.identity.deployment);
  }

  #begin(): void {
    const now = this.#parts.clock.monotonicMs();
    if (this.#running) {
      const far = `${this.#ended.length} of ${this.#of} controls have ended`;
      throw busy(`a run is under way since ${this.#begun}, ${far}`, GOES_ON);
    }
    if (this.#lastBegun !== null && now - this.#lastBegun < (this.#parts.every ?? EVERY))
      throw busy('the last run was a moment ago', 'Try again in ten seconds');
    this.#running = true;
    this.#lastBegun = now;
  }

  async #run(
    selection: Selection,
    controls: ReturnType<typeof selectAll>,
    actor: string,
  ): Promise<{ controls: readonly ControlOutcome[]; bundle: string }> {
    const { audit, clock, log, templates } = this.#parts;
    const begun = formatMicros(clock.now());
    const detail = { controls: controls.length };
    await audit.append({ actor, action: 'begin-prove', resource: 'platform:*', outcome: 'done', detail });
    const live = await LivePlatform.open({ ...this.#parts, template: () => templates.current }, this.#bucket);
    const outcomes = await runControls(controls, live, clock, async ({ id, row, outcome, evidence }) => {
      this.#ended.push({ row, id, outcome });
      if (outcome === 'fail') log.warn({ control: id, evidence }, 'a control failed');
      await audit.append({
        actor,
        action: 'try-control',
        resource: `control:${id}`,
        outcome: outcome === 'fail' ? 'failed' : 'done',
        reason: outcome,
        detail: { row },
      });
    });
    const evidence = await this.#gather(selection, outcomes, begun, actor);
    const bundle = await signEvidence(evidence, this.#keyName, await this.#keys());
    const count = (wanted: ControlOutcome['outcome']): number =>
      outcomes.filter(({ outcome }) => outcome === wanted).length;
    await audit.append({
      actor,
      action: 'end-prove',
      resource: 'platform:*',
      outcome: count('fail') === 0 ? 'done' : 'failed',
      digest: sha256Hex(new TextEncoder().encode(bundle)),
      detail: { pass: count('pass'), fail: count('fail'), notApplicable: count('not-applicable') },
    });
    // Whoever asked has it in any case.
    await this.#last.keep(bundle).catch((error: unknown) => {
      log.error({ error: String(error) }, 'the evidence of the last run could not be kept');
    });
    return { controls: outcomes, bundle };
  }

  async #gather(
    selection: Selection,
    controls: readonly ControlOutcome[],
    begun: string,
    by: string,
  ): Promise<Evidence> {
    const { address, auditLog, clock, identity, templates } = this.#parts;
    const { name, digest } = templates.current;
    await auditLog.flush();
    const checkpoint = await auditLog.source.read(CHECKPOINT_PATH);
    return {
      format: 'weir.evidence',
      version: 1,
      deployment: identity.deployment,
      begun,
      ended: formatMicros(clock.now()),
      by,
      platform: { version: packageVersion, demo: address().demo },
      machine: machineFacts(),
      template: { name, digest, since: templates.since },
      log: {
        size: auditLog.checkpoint.size,
        checkpoint: checkpoint === null ? '' : decodeUtf8(checkpoint),
        keys: auditLog.verifierKeys,
      },
      selection: { rows: [...selection.rows], ids: [...selection.ids] },
      controls,
    };
  }

  #keys(): Promise<readonly SigningKey[]> {
    this.#signers ??= this.#openKeys().catch((error: unknown) => {
      this.#signers = null;
      throw error;
    });
    return this.#signers;
  }

  /** Opens the keys, or makes them; which ones they are stands in the log, so that a bundle hangs on the log's keys. */
  async #openKeys(): Promise<readonly SigningKey[]> {
    const { audit, custody, random } = this.#parts;
    const opened: SigningKey[] = [];
    for (const algorithm of EVIDENCE_ALGORITHMS) {
      const name = evidenceSecret(algorithm);
      const isNew = (await custody.fetch(name)) === null;
      const key = SigningKey.fromSeed(algorithm, await keptSecret(custody, name, SIGNING_SEED_LENGTH, random));
      if (isNew) {
        const { verifierKey, keyId } = noteSigner(this.#keyName, key);
        await audit.append({
          actor: 'weir:prover',
          action: 'make-evidence-key',
          resource: `key:${this.#keyName}+${keyId}`,
          outcome: 'done',
          digest: sha256Hex(new TextEncoder().encode(verifierKey)),
          detail: { algorithm },
        });
      }
      opened.push(key);
    }
    return opened;
  }
}

function selectAll(selection: Selection): ReturnType<typeof selectControls> {
  const unknown = selection.ids.find((id) => !CONTROLS.some((control) => control.id === id));
  const controls = selectControls(CONTROLS, selection);
  if (unknown === undefined && controls.length > 0) return controls;
  const what = unknown === undefined ? 'these rows have no control yet' : `there is no control ${unknown.slice(0, 64)}`;
  throw new ApiError('API_BODY_INVALID', `Cannot prove: ${what}`, {
    hint: 'Leave rows and controls out to try all; docs/reference/controls.md lists them',
  });
}

function busy(state: string, hint: string): ApiError {
  return new ApiError('API_PROVE_BUSY', `Cannot prove: ${state}`, { hint });
}
