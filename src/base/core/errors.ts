/**
 * The root of every error that Weir raises on purpose: a stable code for programs, a message for people.
 *
 * A message states action, object and state, has no full stop, and never holds a secret or a payload.
 * Every code stands in `docs/reference/errors.md` with its cause and remedy; a check keeps both in step.
 */
export class PlatformError<Code extends string = string> extends Error {
  readonly code: Code;
  /** What to do next, as one sentence that starts with a verb. */
  readonly hint: string | undefined;

  constructor(code: Code, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
  }
}

export type CoreErrorCode = 'CORE_TIME_INVALID' | 'CORE_JSON_UNREPRESENTABLE' | 'CORE_BYTES_INVALID';

/** Raised by the helpers of this room. */
export class CoreError extends PlatformError<CoreErrorCode> {}

/** Tells whether a thrown value carries the given code, whatever class it has after crossing a process. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
