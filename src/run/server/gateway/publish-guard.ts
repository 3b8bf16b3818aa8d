import { DecisionPoint } from '#declare/policy/index.ts';
import type { Posture } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { MayPublish, Speaker } from '#flow/ingest/index.ts';

/** What the inventory in a worker's memory knows of a sender; posture is absent where nobody told any. */
type Known = Speaker & { readonly posture?: Posture };

/**
 * What the checks of ingest cannot say: policies of files that are about publishing, and streams that ask for a
 * posture. Null where a template has neither, so that the engine is not even loaded, nor anything asked for a message.
 * Decisions are kept, and made anew only where what they depend on changes.
 *
 * @param find the device as the inventory has it now: a posture may have changed since it connected
 */
export function publishGuard(template: Template, find: (name: string) => Known | null): MayPublish | null {
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
      posture: known?.posture ?? 'unknown',
    } as const;
    const resource = { type: 'stream', name: stream } as const;
    return (
      decisions.decide({ subject, action: 'publish', resource, purpose: null, context }, template).effect === 'allow'
    );
  };
}
