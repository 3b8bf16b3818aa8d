import { DEVICE_NAME_PATTERN } from '#base/core/index.ts';
import type { Millis } from '#base/core/index.ts';
import { IdentityError } from './errors.ts';
import type { Declared } from './identity-context.ts';

/** What is said of a device when it is enrolled. */
export interface EnrolRequest {
  readonly name: string;
  readonly type: string;
  /** Life of its certificate; a year by default. */
  readonly life?: Millis;
  readonly owner?: string;
  readonly model?: string;
  readonly firmware?: string;
  readonly hardwareSerials?: readonly string[];
}

const LONGEST_TEXT = 200;
const MOST_SERIALS = 16;

/**
 * Checks what is said of a device against the template.
 *
 * @param request untrusted
 * @param present devices that the inventory holds already, the prober's among them
 * @throws {IdentityError} IDENTITY_DEVICE_INVALID, IDENTITY_TYPE_INVALID, IDENTITY_DEVICES_LIMIT
 */
export function requireEnrolable(request: EnrolRequest, declared: Declared, present: number): void {
  const { name, type, owner, model, firmware, hardwareSerials = [] } = request;
  if (!DEVICE_NAME_PATTERN.test(name)) {
    throw new IdentityError(
      'IDENTITY_DEVICE_INVALID',
      `Cannot enrol device: ${JSON.stringify(name.slice(0, 80))} is no name`,
      {
        hint: 'Take 1 to 64 letters, digits, dots, colons, hyphens and underscores, the first a letter or digit',
      },
    );
  }
  // Types of the platform's own, such as the prober's, begin with an underscore: nobody else sends as one of those.
  if (type.startsWith('_') || !declared.hasDeviceType(type)) {
    throw new IdentityError(
      'IDENTITY_TYPE_INVALID',
      `Cannot enrol device ${name}: the template has no type ${type.slice(0, 80)}`,
      {
        hint: 'Name a type that stands under devices in the template',
      },
    );
  }
  const texts = [owner, model, firmware, ...hardwareSerials];
  if (hardwareSerials.length > MOST_SERIALS || texts.some((text) => text !== undefined && text.length > LONGEST_TEXT)) {
    throw new IdentityError('IDENTITY_DEVICE_INVALID', `Cannot enrol device ${name}: a description is too long`);
  }
  if (present > declared.maxDevices()) {
    throw new IdentityError('IDENTITY_DEVICES_LIMIT', `Cannot enrol device ${name}: the inventory is full`, {
      hint: 'Raise limits.devices in the template',
    });
  }
}
