import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Shakes hands by each group, those that nobody should take among them, and looks for what it saw in the inventory. */
export const inventoryIsTrue: Control = {
  id: 'inventory-is-true',
  row: 98,
  covers: 'part',
  statement:
    'the cryptographic inventory lists the certificate, cipher suite and key exchange that handshakes show, and nothing is agreed on that it does not list',
  requirements: ['gdpr:32', 'iso-27001:A.8.24', 'nist-csf:ID.AM-08', 'nist-csf:PR.DS-02', 'etsi-en-303645:5.5-1'],
  probe: async (platform) => {
    const { inventory, handshakes } = await platform.inventoryTrial();
    const taken = handshakes.filter(({ accepted }) => accepted);
    const groups = taken.map(({ group }) => group);
    const refused = handshakes.filter(({ accepted }) => !accepted).map(({ offered }) => offered);
    const isListed = (list: readonly string[], what: string | null): boolean => what !== null && list.includes(what);
    const unlisted = [
      ...taken.filter(({ group }) => !isListed(inventory.groups, group)).map(({ group }) => group ?? 'unknown group'),
      ...taken.filter(({ suite }) => !isListed(inventory.suites, suite)).map(({ suite }) => suite ?? 'unknown suite'),
    ];
    return judge(
      {
        'a handshake succeeds': taken.length > 0,
        'the certificate that is shown is listed': taken.every(({ certificate }) =>
          isListed(inventory.certificates, certificate),
        ),
        'nothing is agreed on that is not listed': unlisted.length === 0,
        'every group that is listed is taken': inventory.groups.every((group) => groups.includes(group)),
        'every algorithm says how long it lasts': inventory.algorithms > 0 && inventory.undated === 0,
      },
      {
        taken: taken.map(({ version, suite, group }) => `${version} ${suite} ${group}`),
        refused,
        unlisted,
        algorithms: inventory.algorithms,
        undated: inventory.undated,
      },
    );
  },
};
