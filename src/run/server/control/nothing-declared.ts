import { days } from '#base/core/index.ts';
import { STANDARD_SIGN_IN } from '#declare/template/index.ts';
import type { Declared } from '#trust/identity/index.ts';

/** What identity is told while no template is in force, such as while files are worked on: nobody signs in. */
export const NOTHING_DECLARED: Declared = {
  hasDeviceType: () => false,
  speaksFor: () => [],
  hasRole: () => false,
  certificate: () => ({ life: days(1), renewBefore: days(1) }),
  manufacturers: () => [],
  signIn: () => STANDARD_SIGN_IN,
  hosts: () => [],
  maxDevices: () => 0,
};
