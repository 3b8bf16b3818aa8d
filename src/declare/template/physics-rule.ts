/** What holds between readings of one device whatever happens, as its physics has it. */
export type PhysicsRule =
  | {
      readonly kind: 'balance';
      readonly text: string;
      /** Fields with their coefficients, of which the sum is 0: those right of `=` count negative. */
      readonly terms: readonly (readonly [field: string, coefficient: number])[];
      /** How far the sum may be from 0: in the unit of the fields, or as a share of the greater side. */
      readonly within: number;
      readonly relative: boolean;
    }
  | { readonly kind: 'rate'; readonly text: string; readonly field: string; readonly perSecond: number };

const NAME = '[a-zA-Z][a-zA-Z0-9_]{0,63}';
const NUMBER = '[0-9]+(?:\\.[0-9]+)?';
const TERM = `(?:${NUMBER} ?\\* ?)?${NAME}`;
const SIDE = `${TERM}(?: ?[+-] ?${TERM})*`;
const SECONDS = { s: 1, min: 60, h: 3_600 } as const;

/** What a rule looks like: `inflow = outflow + loss within 2 %`, or `level changes by at most 0.5/min`. */
export const PHYSICS_PATTERN = `^(?:${SIDE} ?= ?${SIDE} within ${NUMBER} ?%?|${NAME} changes by at most ${NUMBER}/(?:s|min|h))$`;

const FORM = new RegExp(PHYSICS_PATTERN);
const RATE = new RegExp(`^(${NAME}) changes by at most (${NUMBER})/(s|min|h)$`);
const BALANCE = new RegExp(`^(${SIDE}) ?= ?(${SIDE}) within (${NUMBER}) ?(%?)$`);
const EACH_TERM = new RegExp(`([+-]?) ?(?:(${NUMBER}) ?\\* ?)?(${NAME})`, 'g');

/** The rule that a text says; null where it says none. */
export function parsePhysics(text: string): PhysicsRule | null {
  if (!FORM.test(text)) return null;
  const [, rated, most, per] = RATE.exec(text) ?? [];
  if (rated !== undefined) {
    return { kind: 'rate', text, field: rated, perSecond: Number(most) / SECONDS[per as keyof typeof SECONDS] };
  }
  const [, left = '', right = '', within, percent] = BALANCE.exec(text) ?? [];
  const relative = percent === '%';
  const terms = [...termsOf(left, 1), ...termsOf(right, -1)];
  return { kind: 'balance', text, terms, within: Number(within) / (relative ? 100 : 1), relative };
}

/** Fields that a rule is about. */
export function fieldsOfPhysics(rule: PhysicsRule): readonly string[] {
  return rule.kind === 'rate' ? [rule.field] : rule.terms.map(([field]) => field);
}

function termsOf(side: string, sign: number): readonly (readonly [string, number])[] {
  return [...side.matchAll(EACH_TERM)].map(([, minus, coefficient, field = '']) => [
    field,
    sign * (minus === '-' ? -1 : 1) * Number(coefficient ?? 1),
  ]);
}
