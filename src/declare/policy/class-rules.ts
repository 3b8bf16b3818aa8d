import type { Class } from '#base/core/index.ts';

/** What it takes to see a column of a class. */
export interface ClassRule {
  readonly class: Class;
  /** `everyone` with the view, `grant` needs the class in the role's `sees`, `nobody` sees it. */
  readonly seenBy: 'everyone' | 'grant' | 'nobody';
  readonly needsPurpose: boolean;
  /** Whether every stream that it comes from needs a lawful basis. */
  readonly needsBasis: boolean;
}

/** The classes from least to most strict. */
export const CLASS_RULES: Readonly<Record<Class, ClassRule>> = {
  public: { class: 'public', seenBy: 'everyone', needsPurpose: false, needsBasis: false },
  operational: { class: 'operational', seenBy: 'grant', needsPurpose: false, needsBasis: false },
  location: { class: 'location', seenBy: 'grant', needsPurpose: false, needsBasis: false },
  personal: { class: 'personal', seenBy: 'grant', needsPurpose: true, needsBasis: false },
  identifier: { class: 'identifier', seenBy: 'grant', needsPurpose: true, needsBasis: false },
  health: { class: 'health', seenBy: 'grant', needsPurpose: true, needsBasis: true },
  secret: { class: 'secret', seenBy: 'nobody', needsPurpose: true, needsBasis: true },
};
