import { CLASSES } from './nouns.ts';
import type { Class, KeyDomain } from './nouns.ts';

/** What may be taken out of the platform: `purpose` for a stated purpose alone. */
export const EXPORT_TERMS = ['allowed', 'purpose', 'never'] as const;
export type ExportTerms = (typeof EXPORT_TERMS)[number];

/** What who may not see a class in clear sees of it; where it is none of these the column does not exist for them. */
export const CLASS_MASKS = ['null', 'hash'] as const;
export type ClassMask = (typeof CLASS_MASKS)[number];

/** All that follows from the class of a field. Whatever treats fields by their class reads it here. */
export interface ClassRule {
  readonly class: Class;
  /** `refused` is never stored, `token` stands for the value in all that is. */
  readonly entry: 'as-is' | 'token' | 'refused';
  /** The domain of keys that columns are sealed under; null where none are. */
  readonly keyDomain: KeyDomain | null;
  /** `everyone` with the view, `grant` needs the class in the role's `sees`, `nobody` sees it. */
  readonly seenBy: 'everyone' | 'grant' | 'nobody';
  readonly needsPurpose: boolean;
  /** Whether every stream that it comes from needs a lawful basis. */
  readonly needsBasis: boolean;
  /** What others with the view see of it; null for nothing. */
  readonly mask: ClassMask | null;
  /** Whether it may leave as a file, or with its keys. */
  readonly exported: ExportTerms;
  /** Whether it may be given to who asks from outside its region. */
  readonly crosses: boolean;
  /** Where it has to stand; null where its stream says. */
  readonly region: string | null;
  /** How long it is kept, in milliseconds; null where its stream says. */
  readonly keep: { readonly min: number | null; readonly max: number | null };
}

const OPEN = {
  entry: 'as-is',
  seenBy: 'grant',
  needsPurpose: false,
  needsBasis: false,
  mask: null,
  exported: 'allowed',
  crosses: false,
  region: null,
  keep: { min: null, max: null },
} as const;

/** The classes from least to most strict: what holds where a template says nothing else under `classes`. */
export const CLASS_RULES: Readonly<Record<Class, ClassRule>> = {
  public: { ...OPEN, class: 'public', keyDomain: 'operational', seenBy: 'everyone', crosses: true },
  operational: { ...OPEN, class: 'operational', keyDomain: 'operational' },
  location: { ...OPEN, class: 'location', keyDomain: 'location' },
  personal: { ...OPEN, class: 'personal', keyDomain: 'personal', needsPurpose: true, exported: 'purpose' },
  identifier: {
    ...OPEN,
    class: 'identifier',
    entry: 'token',
    keyDomain: 'identifier',
    needsPurpose: true,
    exported: 'purpose',
  },
  health: {
    ...OPEN,
    class: 'health',
    keyDomain: 'health',
    needsPurpose: true,
    needsBasis: true,
    exported: 'purpose',
  },
  secret: {
    ...OPEN,
    class: 'secret',
    entry: 'refused',
    keyDomain: null,
    seenBy: 'nobody',
    needsPurpose: true,
    needsBasis: true,
    exported: 'never',
  },
};

/** The key domain of a class; null for `secret`, which nobody may store. */
export function keyDomainOf(cls: Class): KeyDomain | null {
  return CLASS_RULES[cls].keyDomain;
}

/** Whether a class is about people: it takes a purpose to see it. */
export function isAboutPeople(cls: Class): boolean {
  return CLASS_RULES[cls].needsPurpose && CLASS_RULES[cls].entry !== 'refused';
}

/** The rules in order of the classes. */
export function inOrderOfClass(rules: Readonly<Record<Class, ClassRule>>): readonly ClassRule[] {
  return CLASSES.map((cls) => rules[cls]);
}
