import { formatMicros } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import { heldBy, intakeFields, unenforcedOf } from '#declare/template/index.ts';
import type { Field, Stream, Template } from '#declare/template/index.ts';

/** A stream as the API lists it: what devices may send, and whether it takes readings. */
export interface StreamDescription {
  readonly name: string;
  readonly from: readonly string[];
  readonly purposes: readonly string[];
  readonly open: boolean;
  readonly acceptUnenforced: boolean;
  /** Ids of declared protections that are not in force. */
  readonly unenforced: readonly string[];
  readonly rate: { readonly perSecond: number; readonly burst: number };
  readonly fields: readonly Pick<Field, 'name' | 'type' | 'unit' | 'range' | 'class' | 'nullable'>[];
  /** A reading that it would take, but for fields with a pattern, which its author knows best. */
  readonly example: Readonly<Record<string, string | number | boolean>>;
}

/** Every stream of a template. */
export function describeStreams(template: Template, clock: Clock): readonly StreamDescription[] {
  const unenforced = unenforcedOf(template);
  return [...template.streams.values()].map((stream) => {
    const missing = unenforced.filter(({ streams }) => streams.includes(stream.name)).map(({ id }) => id);
    return {
      name: stream.name,
      from: stream.from,
      purposes: stream.purposes,
      open: heldBy(template, stream).length === 0,
      acceptUnenforced: stream.acceptUnenforced,
      unenforced: missing,
      rate: stream.rate,
      fields: intakeFields(stream).map(({ name, type, unit, range, class: cls, nullable }) => ({
        name,
        type,
        unit,
        range,
        class: cls,
        nullable,
      })),
      example: exampleOf(stream, clock),
    };
  });
}

function exampleOf(stream: Stream, clock: Clock): Record<string, string | number | boolean> {
  const example: Record<string, string | number | boolean> = {};
  for (const field of intakeFields(stream)) {
    // Any value of a secret refuses the reading.
    if (field.class === 'secret' || field.withheld === true) continue;
    const value = valueFor(field, clock);
    if (value !== null) example[field.name] = value;
  }
  return example;
}

function valueFor(field: Field, clock: Clock): string | number | boolean | null {
  switch (field.type) {
    case 'boolean':
      return false;
    case 'time':
      return formatMicros(clock.now());
    case 'text':
      if (field.enum !== null) return field.enum[0] ?? null;
      return field.pattern === null ? 'example'.slice(0, field.maxLength) : null;
    case 'number':
    case 'integer':
      return numberFor(field);
  }
}

/** Short where that is in the range too. */
function numberFor({ type, range }: Field): number {
  const [low, high] = range ?? [null, null];
  const middle = low !== null && high !== null ? (low + high) / 2 : (low ?? high ?? 1);
  if (type === 'integer') return Math.floor(middle);
  const short = Number(middle.toPrecision(4));
  return short >= (low ?? short) && short <= (high ?? short) ? short : middle;
}
