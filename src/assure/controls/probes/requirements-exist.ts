import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import { isRequirement } from '../requirement-ids.ts';

/** Looks every requirement that a control names up in the catalogue that it names. */
export const requirementsExist: Control = {
  id: 'requirements-exist',
  row: 86,
  covers: 'part',
  statement: 'every control names requirements of laws and standards, and each that is named stands in its catalogue',
  requirements: ['gdpr:24', 'iso-27001:A.5.31', 'nist-csf:GV.OC-03'],
  probe: async (platform) => {
    const controls = platform.controls();
    const named = [...new Set(controls.flatMap(({ requirements }) => requirements))];
    const missing = named.filter((requirement) => !isRequirement(requirement));
    const bare = controls.filter(({ requirements }) => requirements.length === 0).map(({ id }) => id);
    const covered: Record<string, number> = {};
    for (const requirement of named) {
      const [catalogue = ''] = requirement.split(':');
      covered[catalogue] = (covered[catalogue] ?? 0) + 1;
    }
    return judge(
      {
        'there are controls': controls.length > 0,
        'each names a requirement': bare.length === 0,
        'each requirement exists': missing.length === 0,
      },
      { controls: controls.length, requirements: named.length, covered, bare, missing },
    );
  },
};
