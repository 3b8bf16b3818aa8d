/**
 * Techniques of MITRE ATT&CK for ICS that rules name, and no more of that knowledge base than their names.
 *
 * © 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
 *
 * @see https://attack.mitre.org/techniques/ics/, version 18.1
 */
export const TECHNIQUES: ReadonlyMap<string, string> = new Map([
  ['T0804', 'Block Reporting Message'],
  ['T0812', 'Default Credentials'],
  ['T0814', 'Denial of Service'],
  ['T0815', 'Denial of View'],
  ['T0819', 'Exploit Public-Facing Application'],
  ['T0830', 'Adversary-in-the-Middle'],
  ['T0831', 'Manipulation of Control'],
  ['T0832', 'Manipulation of View'],
  ['T0836', 'Modify Parameter'],
  ['T0846', 'Remote System Discovery'],
  ['T0848', 'Rogue Master'],
  ['T0849', 'Masquerading'],
  ['T0855', 'Unauthorized Command Message'],
  ['T0856', 'Spoof Reporting Message'],
  ['T0857', 'System Firmware'],
  ['T0859', 'Valid Accounts'],
  ['T0864', 'Transient Cyber Asset'],
  ['T0866', 'Exploitation of Remote Services'],
  ['T0869', 'Standard Application Layer Protocol'],
  ['T0882', 'Theft of Operational Information'],
  ['T0885', 'Commonly Used Port'],
  ['T0886', 'Remote Services'],
  ['T0892', 'Change Credential'],
]);

/** Ids of techniques look like this. */
export const TECHNIQUE_PATTERN = '^T0[0-9]{3}$';

/** A technique with its name where that is known, as `T0856 Spoof Reporting Message`. */
export function formatTechnique(id: string): string {
  const name = TECHNIQUES.get(id);
  return name === undefined ? id : `${id} ${name}`;
}
