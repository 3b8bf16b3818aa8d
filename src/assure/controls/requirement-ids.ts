/** The catalogues whose requirements controls may name. */
export const REQUIREMENT_CATALOGUES = ['gdpr', 'iso-27001', 'nist-csf', 'etsi-en-303645'] as const;
export type RequirementCatalogue = (typeof REQUIREMENT_CATALOGUES)[number];

/** Controls of each clause of ISO/IEC 27001:2022, Annex A. */
const ISO_27001: Readonly<Record<string, number>> = { 'A.5': 37, 'A.6': 8, 'A.7': 14, 'A.8': 34 };

/** Numbers of the subcategories of each category of the NIST Cybersecurity Framework 2.0; some were withdrawn. */
const NIST_CSF: Readonly<Record<string, string>> = {
  'GV.OC': '01 02 03 04 05',
  'GV.RM': '01 02 03 04 05 06 07',
  'GV.RR': '01 02 03 04',
  'GV.PO': '01 02',
  'GV.OV': '01 02 03',
  'GV.SC': '01 02 03 04 05 06 07 08 09 10',
  'ID.AM': '01 02 03 04 05 07 08',
  'ID.RA': '01 02 03 04 05 06 07 08 09 10',
  'ID.IM': '01 02 03 04',
  'PR.AA': '01 02 03 04 05 06',
  'PR.AT': '01 02',
  'PR.DS': '01 02 10 11',
  'PR.PS': '01 02 03 04 05 06',
  'PR.IR': '01 02 03 04',
  'DE.CM': '01 02 03 06 09',
  'DE.AE': '02 03 04 06 07 08',
  'RS.MA': '01 02 03 04 05',
  'RS.AN': '03 06 07 08',
  'RS.CO': '02 03',
  'RS.MI': '01 02',
  'RC.RP': '01 02 03 04 05 06',
  'RC.CO': '03 04',
};

/** Provisions of each section of ETSI EN 303 645 V2.1.1. */
const ETSI_EN_303645: Readonly<Record<string, number>> = {
  '5.1': 5,
  '5.2': 3,
  '5.3': 16,
  '5.4': 4,
  '5.5': 8,
  '5.6': 9,
  '5.7': 2,
  '5.8': 3,
  '5.9': 3,
  '5.10': 1,
  '5.11': 4,
  '5.12': 3,
  '5.13': 1,
  '6': 5,
};

const GDPR_ARTICLES = 99;

/** The ids of every requirement of a catalogue, as its publisher writes them; of the GDPR the numbers of its articles. */
export function requirementIds(catalogue: RequirementCatalogue): ReadonlySet<string> {
  switch (catalogue) {
    case 'gdpr':
      return new Set(upTo(GDPR_ARTICLES).map(String));
    case 'iso-27001':
      return new Set(Object.entries(ISO_27001).flatMap(([clause, last]) => upTo(last).map((n) => `${clause}.${n}`)));
    case 'nist-csf':
      return new Set(
        Object.entries(NIST_CSF).flatMap(([category, list]) => list.split(' ').map((n) => `${category}-${n}`)),
      );
    case 'etsi-en-303645':
      return new Set(
        Object.entries(ETSI_EN_303645).flatMap(([section, last]) => upTo(last).map((n) => `${section}-${n}`)),
      );
  }
}

/** Whether a requirement such as `gdpr:32` stands in its catalogue. */
export function isRequirement(requirement: string): boolean {
  const [name, id] = requirement.split(':', 2);
  const catalogue = REQUIREMENT_CATALOGUES.find((known) => known === name);
  return catalogue !== undefined && id !== undefined && requirementIds(catalogue).has(id);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}
