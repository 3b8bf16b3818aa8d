import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Asks for the advice on each declared type, and shakes hands to see whether the listeners take what it says. */
export const adviceCanBeFollowed: Control = {
  id: 'advice-can-be-followed',
  row: 33,
  covers: 'whole',
  statement:
    'each declared type of device is advised what to encrypt with, by rules with their sources; other premises change the answer, and listeners take what is advised',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:PR.DS-02', 'etsi-en-303645:5.5-1'],
  probe: async (platform) => {
    const advices = await platform.adviceTrial();
    if (advices.length === 0) return { outcome: 'not-applicable', evidence: { types: 0 } };
    const { inventory, handshakes } = await platform.inventoryTrial();
    const taken = handshakes.filter(({ accepted }) => accepted).map(({ group }) => group);
    const direct = advices.filter((one) => one.direct);
    const refused = direct.filter(
      ({ group, suites }) => !taken.includes(group) || !suites.some((suite) => inventory.suites.includes(suite)),
    );
    return judge(
      {
        'each answer has a rule, a reason and a source': advices.every(
          ({ answers, unfounded }) => answers > 0 && unfounded === 0,
        ),
        'another lifetime changes the answer': advices.every(({ changedByLifetime }) => changedByLifetime > 0),
        'another link changes the answer': direct.every(({ changedByLink }) => changedByLink > 0),
        'listeners take what is advised': refused.length === 0,
      },
      {
        types: advices.length,
        advised: direct.map(({ type, group }) => `${type}: ${group}`),
        refused: refused.map(({ type }) => type),
      },
    );
  },
};
