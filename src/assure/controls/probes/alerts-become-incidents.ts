import { minutes } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** What the stages of the attack are told by. */
const STAGES = ['stuck-check', 'physics', 'robust-z'];

/** Raises several alerts and has a reading refused, plays an attack in stages, and looks which of them are one incident. */
export const alertsBecomeIncidents: Control = {
  id: 'alerts-become-incidents',
  row: 49,
  covers: 'part',
  statement:
    'alerts of one device that follow each other are one incident, an attack in stages too, with its steps in order of time, and among them what the log says of the device',
  requirements: ['iso-27001:A.5.25', 'nist-csf:DE.AE-03'],
  timeLimit: minutes(4),
  probe: async (platform) => {
    const trial = await platform.watchOwn();
    if (!trial.watched) return { outcome: 'not-applicable', evidence: { why: 'no stream declares detection' } };
    const { incident, refusalIsStep } = trial;
    const { watched: _, ...attack } = await platform.attackTrial();
    const places = STAGES.map((stage) => attack.stages.indexOf(stage));
    return judge(
      {
        'they are one incident': incident,
        'what the log says of the device meanwhile is a step of it': refusalIsStep,
        'before the attack nothing is told': attack.quiet,
        'each of its stages is a step, in their order': places.every((at, i) => at >= 0 && at > (places[i - 1] ?? -1)),
        'the steps are in order of time': attack.inOrder,
        'all that was told of it is one incident': attack.together,
        'what goes wrong an hour later is another one': attack.laterApart,
      },
      { incident, refusalIsStep, ...attack },
    );
  },
};
