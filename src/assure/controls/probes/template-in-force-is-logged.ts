import { formatMicros, micros, parseRfc3339 } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Looks for the application of the template that runs, by its digest. */
export const templateInForceIsLogged: Control = {
  id: 'template-in-force-is-logged',
  row: 96,
  covers: 'part',
  statement: 'the template in force was applied by an entry of the log that names its digest',
  requirements: ['gdpr:24', 'iso-27001:A.8.32', 'nist-csf:PR.PS-01'],
  probe: async (platform) => {
    const { template } = await platform.status();
    const { digest, since } = (template ?? {}) as { digest?: string; since?: string };
    const logged =
      digest !== undefined && (await platform.logged('apply-template', `template:${digest}`, aMinuteBefore(since)));
    return judge({ 'its application is logged': logged }, { digest: digest ?? null, since: since ?? null });
  },
};

/** The entry comes first, and its effect a moment later. A time that is none means since ever. */
function aMinuteBefore(time: string | undefined): string {
  const at = parseRfc3339(time ?? '');
  return formatMicros(micros(Math.max(0, (at ?? 0) - 60_000_000)));
}
