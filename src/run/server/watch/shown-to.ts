import { isSystemName, mainRegion } from '#declare/template/index.ts';
import type { Template, Webhook } from '#declare/template/index.ts';
import type { DecisionPoint, Subject } from '#declare/policy/index.ts';
import type { AlertRule } from '#watch/respond/index.ts';

/** By what is decided who is shown what the watch knows: where it has to stay in a region, somebody inside. */
export interface SightParts {
  readonly decisions: Pick<DecisionPoint, 'mayBeGivenTo'>;
  readonly template: Template;
  /** The type of a device; null where it is not in the inventory. */
  readonly typeOf: (device: string) => string | null;
}

/** Whether something is shown to a subject that is of readings of a stream, such as an alert. */
export function shownTo(subject: Subject, { decisions, template }: Pick<SightParts, 'decisions' | 'template'>) {
  return ({ stream }: { readonly stream: string | null }): boolean => decisions.mayBeGivenTo(subject, stream, template);
}

/**
 * Whether a version of what alerts are to be is shown to a subject. One that names a stream goes with it; one about a
 * device on all its streams says something of each, and one about everything of none.
 */
export function ruleShownTo(subject: Subject, parts: SightParts) {
  const isShown = shownTo(subject, parts);
  return ({ stream, device }: Pick<AlertRule, 'stream' | 'device'>): boolean =>
    (stream === null && device !== null ? streamsOf(device, parts) : [stream]).every((one) => isShown({ stream: one }));
}

/** Whether what shows readings of a stream may be sent to a webhook: it stands where the platform does, or as it says. */
export function mayBeSent(
  stream: string | null,
  { region }: Pick<Webhook, 'region'>,
  template: Template,
  decisions: Pick<DecisionPoint, 'mayBeGiven'>,
): boolean {
  return decisions.mayBeGiven(stream, region ?? mainRegion(template), template);
}

/** The streams that a device may publish to; of one that is not known, all. */
function streamsOf(device: string, { template, typeOf }: SightParts): readonly string[] {
  const type = typeOf(device);
  const streams = [...template.streams.values()].filter(({ name }) => !isSystemName(name));
  return streams.filter(({ from }) => type === null || from.includes(type)).map(({ name }) => name);
}
