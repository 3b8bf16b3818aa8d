import { PROBE_DEVICE, TRIAL_FLOWS } from '#base/core/index.ts';
import { readMud } from '#declare/mud/index.ts';
import type { MudProfile } from '#declare/mud/index.ts';
import type { Template } from '#declare/template/index.ts';
import { showsPeers } from '../live/watch-plan.ts';
import { proberProfile } from './prober-profile.ts';

/** What the flows of one stream are held against. */
export interface MudPlan {
  readonly stream: string;
  /** Profiles by type of device. */
  readonly profiles: ReadonlyMap<string, MudProfile>;
  /** Whether peers may be named in alerts: not where the class of their address or name keeps values out of them. */
  readonly shown: boolean;
}

/** Whether there is anything to hold flows against, without reading it. */
export function hasMudPlans({ streams, devices }: Template): boolean {
  return [...streams.values()].some(
    ({ type, from }) => type === 'flow' && from.some((one) => devices.get(one)?.mud !== undefined),
  );
}

/** A plan for each stream of flows of which some type of device names its MUD profile; wherever there is a watch, for the prober's. */
export function planMud(template: Template): ReadonlyMap<string, MudPlan> {
  const plans = new Map<string, MudPlan>();
  for (const { name, type, from, fields } of template.streams.values()) {
    if (type !== 'flow') continue;
    const profiles = new Map<string, MudProfile>();
    for (const deviceType of from) {
      const mud = template.devices.get(deviceType)?.mud;
      if (mud !== undefined) profiles.set(deviceType, readMud(mud.text));
    }
    if (profiles.size === 0) continue;
    plans.set(name, { stream: name, profiles, shown: showsPeers({ fields }) });
  }
  if (plans.size > 0 || template.detect.size > 0) {
    plans.set(TRIAL_FLOWS, {
      stream: TRIAL_FLOWS,
      profiles: new Map([[PROBE_DEVICE, proberProfile()]]),
      shown: true,
    });
  }
  return plans;
}
