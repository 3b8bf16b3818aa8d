import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/**
 * Rotates the key that readings of its own are sealed under, once a day at most, and asks for a reading from before and
 * one from after. Of no version but the newest may anything hang then.
 */
export const keysRotate: Control = {
  id: 'keys-rotate',
  row: 25,
  covers: 'part',
  statement:
    'a key is rotated while data flow: what it sealed is sealed again and stays readable, the retired version seals nothing more, and the log says so',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-01'],
  probe: async (platform) => {
    const trial = await platform.rotateOwn();
    return judge(
      {
        'another version seals': trial.newer !== false,
        'what it sealed was sealed again': trial.rewrapped === null || trial.rewrapped > 0,
        'a reading from before is read': trial.oldReads,
        'a reading from after is read': trial.newReads,
        'the newest version seals': trial.newSeals,
        'older ones seal nothing': trial.oldHolds === 0,
        'the log has it': trial.logged !== false,
      },
      { ...trial },
    );
  },
};
