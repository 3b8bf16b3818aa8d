import type { Control } from '../control.ts';
import { judge } from '../control.ts';

const SOURCE = { path: 'weir.yaml', text: 'template: 1\nname: probe\n', files: {} };
const DIGEST = '0'.repeat(64);

/** What changes the template, or decides about a change. The proposal is none, so that nothing could come of it. */
const CALLS: readonly (readonly [method: string, path: string, body: object | null])[] = [
  ['POST', '/v1/template/plan', SOURCE],
  ['POST', '/v1/template/apply', SOURCE],
  ['GET', '/v1/proposals', null],
  ['POST', '/v1/proposals/none/approve', { digest: DIGEST }],
  ['POST', '/v1/proposals/none/reject', {}],
];

/** Tries to change the template and to approve a change as the prober, as a device, as a person without a role, as nobody. */
export const changesNeedWhoMay: Control = {
  id: 'changes-need-who-may',
  row: 26,
  covers: 'part',
  statement:
    'who may not administer the template changes nothing of it and sees no proposal, and who may not approve decides about none',
  requirements: ['iso-27001:A.5.3', 'iso-27001:A.8.32', 'nist-csf:PR.AA-05'],
  probe: async (platform) => {
    const before = await platform.status();
    const passed: string[] = [];
    for (const [method, path, body] of CALLS) {
      for (const as of ['prober', 'person', 'device', 'nobody'] as const) {
        const { status } = await platform.call(method, path, body as never, as);
        if (status !== (as === 'nobody' ? 401 : 403)) passed.push(`${as} ${method} ${path}: ${status}`);
      }
    }
    const after = await platform.status();
    const digestOf = ({ template }: typeof before): unknown => (template as { digest?: unknown } | undefined)?.digest;
    return judge(
      { 'nobody is let': passed.length === 0, 'the template is as it was': digestOf(before) === digestOf(after) },
      { calls: CALLS.length, let: passed, template: (digestOf(after) as string | undefined) ?? null },
    );
  },
};
