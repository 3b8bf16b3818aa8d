import type { Clock } from '#base/core/index.ts';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Posture } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { MayPublish, Speaker } from '#flow/ingest/index.ts';
import { postureAt } from '#trust/identity/index.ts';
import type { DirectoryEntry } from '#trust/identity/index.ts';

/** What the inventory in a worker's memory knows of a sender. */
type Known = Speaker & Pick<DirectoryEntry, 'postureReport'>;

/**
 * What the checks of ingest cannot say: policies of files that are about publishing, and streams that ask for a
 * posture. Null where a template has neither, so that the engine is not even loaded, nor anything asked for a message.
 * Decisions are kept, and made anew only where what they depend on changes.
 *
 * @param find the device as the inventory has it now: a posture may have changed since it connected
 */
export function publishGuard(
  template: Template,
  find: (name: string) => Known | null,
  clock: Pick<Clock, 'now'>,
): MayPublish | null {
  const postures = [...template.streams.values()].some(({ posture }) => posture === 'required');
  if (!postures && template.policies === undefined) return null;
  const decisions = new DecisionPoint();
  const { files } = decisions.policiesOf(template);
  if (!postures && !files.some(({ actions }) => actions.includes('publish'))) return null;
  return (sender, stream, about) => {
    const known = find(sender.name);
    const subject = { id: sender.name, kind: 'device', roles: [], standing: 'good', deviceType: sender.type } as const;
    const context = {
      about: { name: about.name, type: about.type },
      speaksFor: known?.speaksFor ?? [],
      posture: postureOf(known, template, clock),
    } as const;
    const resource = { type: 'stream', name: stream } as const;
    return (
      decisions.decide({ subject, action: 'publish', resource, purpose: null, context }, template).effect === 'allow'
    );
  };
}

/** A good report is fresh for as long as the type of device allows. */
function postureOf(known: Known | null, template: Template, clock: Pick<Clock, 'now'>): Posture {
  const report = known?.postureReport;
  if (known === null || report === undefined) return 'unknown';
  const fresh = template.devices.get(known.type)?.posture ?? null;
  const { state } = postureAt({ ...report, detail: null }, fresh, clock.now());
  return state === 'good' ? 'fresh' : state;
}
