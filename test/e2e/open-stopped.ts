import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openTrust } from '#run/server/control/open-trust.ts';
import type { Trust } from '#run/server/control/open-trust.ts';
import type { DataDirectory } from '#run/server/index.ts';
import { openFileCustody } from '#trust/keys/index.ts';
import { silentLog } from '../support/open-audit-log.ts';
import { DECLARED } from '../support/open-trust.ts';

/** Opens keys and identity of a platform that does not run, as it would itself. */
export async function openStopped(layout: DataDirectory): Promise<Trust> {
  return openTrust({
    layout,
    custody: await openFileCustody(layout.keys, null, systemRandom),
    declared: { ...DECLARED, hasDeviceType: () => true, hasRole: () => true },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
}
