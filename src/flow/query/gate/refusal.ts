/**
 * Why a statement does not pass. Thrown inside the gate only; `gateStatement` returns it as a value.
 * What is named comes from the statement itself, so that a refusal tells nothing that its author did not say.
 */
export class Refusal extends Error {
  /** What was refused, such as `function read_text`. */
  readonly what: string;
  readonly hint: string | undefined;

  constructor(what: string, message: string, hint?: string) {
    super(message);
    this.what = what;
    this.hint = hint;
  }
}

/** A name as it may stand in a message: short, printable, quoted by the caller. */
export function shown(name: string): string {
  const clean = name.replace(/[^\x20-\x7e]/g, '?');
  return clean.length > 60 ? `${clean.slice(0, 57)}...` : clean;
}
