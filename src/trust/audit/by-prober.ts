import { PROBE_DEVICE, PROBER_ACTOR } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';

/**
 * Whether an entry is of the platform's trying itself, which stands in the log and in nothing else that people look at.
 *
 * Nobody else can bring it about: over its own connections the platform is named by the gateway, whatever was shown
 * over them, and no device that was enrolled has a name like those of the prober. What a person or another device does
 * to a device of the prober is theirs.
 *
 * @see docs/decisions/0080-the-prober-is-known-by-its-connections.md
 */
export function isByProber({ actor, resource, detail = {} }: AuditEvent): boolean {
  if (actor === PROBER_ACTOR || actor.startsWith(`${PROBER_ACTOR}@`)) return true;
  if (actor.startsWith(DEVICE)) return isOwn(actor.slice(DEVICE.length));
  if (!actor.startsWith(PLATFORM)) return false;
  const named = [detail['device'], resource.startsWith(DEVICE) ? resource.slice(DEVICE.length) : undefined];
  const devices = named.filter((name) => typeof name === 'string');
  return devices.length > 0 && devices.every(isOwn);
}

const DEVICE = 'device:';
/** The platform's own parts, which say what devices did. */
const PLATFORM = 'weir:';

/** The prober's devices alone have names that begin so; see `DEVICE_NAME_PATTERN`. */
function isOwn(name: string): boolean {
  return name.startsWith(PROBE_DEVICE);
}
