import { certificateTerms, cryptoRules, STANDARD_SIGN_IN } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { declaredProfile } from '#trust/identity/index.ts';
import type { Declared } from '#trust/identity/index.ts';

/**
 * What a template tells the room of identities. Both are asked anew each time: identity opens before the versions of the
 * template do, and another version may be in force at any moment.
 *
 * @param template null while none is in force
 * @param statusPort the port on which lists are served, once it is open
 */
export function declaredBy(template: () => Template | null, statusPort: () => number | null): Required<Declared> {
  const type = (name: string) => template()?.devices.get(name);
  return {
    hasDeviceType: (name) => type(name) !== undefined,
    deviceTypes: () => [...(template()?.devices.keys() ?? [])],
    speaksFor: (name) => type(name)?.speaksFor ?? [],
    hasRole: (role) => template()?.people.has(role) ?? false,
    certificate: (name) => certificateTerms(type(name)),
    manufacturers: (name) => type(name)?.manufacturers ?? [],
    signIn: () => template()?.signIn ?? STANDARD_SIGN_IN,
    hosts: () => template()?.hosts ?? [],
    maxDevices: () => template()?.limits.devices ?? 0,
    profile: (name) => {
      const current = template();
      return current === null ? null : declaredProfile(current, name);
    },
    postureFresh: (name) => type(name)?.posture ?? null,
    clones: (name) => type(name)?.clones ?? 'alert',
    certificateAlgorithm: () => cryptoRules(template() ?? {}).certificates,
    statusUrl: () => {
      const current = template();
      return current === null ? null : statusUrlOf(current, statusPort());
    },
  };
}

/** Where certificates say that lists are had; null where the template serves none over plain HTTP. */
function statusUrlOf({ hosts, listen }: Template, opened: number | null): string | null {
  const port = opened ?? listen.status ?? 0;
  const host = hosts.find((name) => name !== 'localhost') ?? 'localhost';
  return port === 0 ? null : `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
