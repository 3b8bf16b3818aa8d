import type { EventField, EventMatch } from '#declare/template/index.ts';
import type { LogEvent } from './log-event.ts';

/** A match as a table: sets to look words up in, and beginnings. */
export interface CompiledMatch {
  readonly actions: ReadonlySet<string>;
  readonly fields: readonly {
    readonly field: EventField;
    readonly words: ReadonlySet<string>;
    readonly beginnings: readonly string[];
  }[];
}

/** Makes the table of a match. */
export function compileMatch({ event, fields }: EventMatch): CompiledMatch {
  return {
    actions: new Set(event),
    fields: [...fields].map(([field, values]) => ({
      field,
      words: new Set(values.filter((value) => !value.endsWith('*'))),
      beginnings: values.flatMap((value) => (value.endsWith('*') ? [value.slice(0, -1)] : [])),
    })),
  };
}

/** Whether an event is meant: one that does not have a field that is asked for is not. */
export function isMeant({ actions, fields }: CompiledMatch, event: LogEvent): boolean {
  if (!actions.has(event.action)) return false;
  return fields.every(({ field, words, beginnings }) =>
    event.fields.get(field)?.some((own) => words.has(own) || beginnings.some((beginning) => own.startsWith(beginning))),
  );
}
