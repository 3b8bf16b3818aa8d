import type { OptionsOf, OptionTable } from './detector.ts';
import { DetectError } from './errors.ts';

/** Options within bounds, the standard value where none is given. */
export function completeOptions<T extends OptionTable>(
  kind: string,
  table: T,
  given: Partial<OptionsOf<T>> | ReadonlyMap<string, number>,
): OptionsOf<T> {
  const values = given instanceof Map ? given : new Map(Object.entries(given as Record<string, number | undefined>));
  for (const name of values.keys()) {
    if (!Object.hasOwn(table, name)) {
      throw new DetectError('DETECT_OPTION_INVALID', `Cannot set option ${name} of ${kind}: there is none`, {
        hint: `Use one of ${Object.keys(table).join(', ') || 'none at all'}`,
      });
    }
  }
  const complete: Record<string, number> = {};
  for (const [name, option] of Object.entries(table)) {
    const value = values.get(name) ?? option.standard;
    if (!(value >= option.least && value <= option.greatest) || (option.whole && !Number.isInteger(value))) {
      const kindOf = option.whole ? 'a whole number' : 'a number';
      throw new DetectError('DETECT_OPTION_INVALID', `Cannot set option ${name} of ${kind} to ${value}`, {
        hint: `Give ${kindOf} from ${option.least} to ${option.greatest}: ${option.about}`,
      });
    }
    complete[name] = value;
  }
  return complete as OptionsOf<T>;
}
