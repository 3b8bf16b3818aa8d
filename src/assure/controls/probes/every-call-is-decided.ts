import type { Json } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';
import type { ProbePlatform } from '../probe-platform.ts';

/** An operation that the API says it has. */
interface Operation {
  readonly method: string;
  readonly path: string;
  /** Whether it says that everybody may. */
  readonly open: boolean;
  /** The action that it says is decided about; null where it is decided otherwise. */
  readonly action: string | null;
}

const DESCRIPTION = '/v1/openapi.json';
const METHODS = ['get', 'post', 'put', 'delete', 'patch'];
/** Doors of devices, which other controls knock at. */
const OF_DEVICES = /^\/(\.well-known\/est\/|v1\/streams\/|v1\/advice$)/;
/** No operation takes this as its body: should somebody get so far, nothing is done. */
const NO_BODY = 'no body';
/** Calls under way at once. */
const AT_ONCE = 4;
/** A decision comes after the look at the parameters, which nothing here fits. */
const NOT_ANSWERED = [400, 401, 403];

/**
 * Calls every operation that the API describes from inside the network: without a credential and as a device. Those that
 * read and need an action are asked as a person without a role, too.
 */
export const everyCallIsDecided: Control = {
  id: 'every-call-is-decided',
  row: 97,
  covers: 'part',
  statement:
    'a call from inside the network without identity, by a device or by somebody without a grant is refused, whatever it is for',
  requirements: ['nist-csf:PR.AA-05', 'iso-27001:A.5.15', 'iso-27001:A.8.3'],
  probe: async (platform, signal) => {
    const all = await operationsOf(platform);
    const tried = all.filter(({ open, path }) => !open && !OF_DEVICES.test(path));
    const known: string[] = [];
    const answered: string[] = [];
    const left = [...tried];
    const callOne = async ({ method, path, action }: Operation): Promise<void> => {
      const ask = (as: 'nobody' | 'device' | 'person') =>
        platform.call(method, path, method === 'GET' ? null : NO_BODY, as);
      const nobody = await ask('nobody');
      if (nobody.status !== 401) known.push(`${method} ${path}: ${nobody.status}`);
      const others = method === 'GET' && action !== null ? (['device', 'person'] as const) : (['device'] as const);
      for (const as of others) {
        const { status } = await ask(as);
        if (!NOT_ANSWERED.includes(status)) answered.push(`${as} ${method} ${path}: ${status}`);
      }
    };
    const callAll = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        signal.throwIfAborted();
        await callOne(next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, callAll));
    const decided = tried.filter(({ action }) => action !== null).length;
    return judge(
      {
        'there are operations to call': decided > 0,
        'nobody is asked who they are': known.length === 0,
        'nothing is answered': answered.length === 0,
      },
      { tried: tried.length, decided, open: all.length - tried.length, known, answered },
    );
  },
};

async function operationsOf(platform: ProbePlatform): Promise<readonly Operation[]> {
  const { body } = await platform.call('GET', DESCRIPTION, null, 'nobody');
  return Object.entries(memberOf(body, 'paths')).flatMap(([path, operations]) =>
    METHODS.filter((method) => Object.hasOwn(objectOf(operations), method)).map((method) => {
      const operation = memberOf(operations, method);
      const { security, 'x-weir-action': action } = operation;
      return {
        method: method.toUpperCase(),
        path: path.replaceAll(/\{[^}]*\}/g, '_probe'),
        open: Array.isArray(security) && security.some((one: Json) => Object.keys(objectOf(one)).length === 0),
        action: typeof action === 'string' ? action : null,
      };
    }),
  );
}

function memberOf(value: Json | undefined, name: string): Readonly<Record<string, Json>> {
  return objectOf(objectOf(value)[name]);
}

function objectOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : {};
}
