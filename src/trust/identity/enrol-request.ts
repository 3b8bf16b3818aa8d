import { DEVICE_NAME_PATTERN } from '#base/core/index.ts';
import type { Micros, Millis } from '#base/core/index.ts';
import { IdentityError } from './errors.ts';
import type { Declared } from './identity-context.ts';
import { unsupportable } from './profile/security-profile.ts';
import type { OwnProfile } from './profile/security-profile.ts';

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
  /** What is known better of it than of its type. */
  readonly profile?: OwnProfile;
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
      { hint: declaredTypes(declared) },
    );
  }
  requireDescription(name, { owner, model, firmware, hardwareSerials });
  if (present > declared.maxDevices()) {
    throw new IdentityError('IDENTITY_DEVICES_LIMIT', `Cannot enrol device ${name}: the inventory is full`, {
      hint: 'Raise limits.devices in the template',
    });
  }
}

/** @throws {IdentityError} IDENTITY_DEVICE_INVALID if a text of a description, untrusted, is too long */
export function requireDescription<
  T extends {
    readonly owner?: string | undefined;
    readonly model?: string | undefined;
    readonly firmware?: string | undefined;
    readonly hardwareSerials?: readonly string[] | undefined;
  },
>(name: string, known: T): T {
  const { owner, model, firmware, hardwareSerials = [] } = known;
  const texts = [owner, model, firmware, ...hardwareSerials];
  if (hardwareSerials.length > MOST_SERIALS || texts.some((text) => text !== undefined && text.length > LONGEST_TEXT)) {
    throw new IdentityError('IDENTITY_DEVICE_INVALID', `Cannot describe device ${name}: a description is too long`);
  }
  return known;
}

/**
 * Refuses a device that cannot be served as it is, with every reason.
 *
 * @throws {IdentityError} IDENTITY_PROFILE_REFUSED
 */
export function requireSupportable({ name, type, profile }: EnrolRequest, declared: Declared, now: Micros): void {
  const ofType = declared.profile?.(type) ?? null;
  const reasons = ofType === null ? [] : unsupportable(ofType, profile ?? {}, now);
  if (reasons.length === 0) return;
  throw new IdentityError('IDENTITY_PROFILE_REFUSED', `Cannot enrol device ${name}: ${reasons.join('; ')}`, {
    hint: 'See class, cannot, compensate and support-ends of its type in the template',
  });
}

/** Names of types that are said at most. */
const MOST_TYPES = 20;

/** The types that a device can be of, in words. */
export function declaredTypes(declared: Declared): string {
  const types = declared.deviceTypes?.().filter((type) => !type.startsWith('_')) ?? [];
  if (types.length === 0) return 'Name a type that stands under devices in the template';
  const more = types.length > MOST_TYPES ? ` and ${types.length - MOST_TYPES} more` : '';
  return `Types that stand under devices in the template: ${types.slice(0, MOST_TYPES).join(', ')}${more}`;
}
