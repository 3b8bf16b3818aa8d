declare const unit: unique symbol;

/** A duration in milliseconds. Make one with a unit constructor, never from a bare number. */
export type Millis = number & { readonly [unit]: 'ms' };
/** A size in bytes. */
export type ByteCount = number & { readonly [unit]: 'bytes' };
/** A point in time: microseconds since 1970-01-01T00:00:00Z, an integer, exact in a double until 2255. */
export type Micros = number & { readonly [unit]: 'epoch-us' };

export const millis = (n: number): Millis => n as Millis;
export const seconds = (n: number): Millis => (n * 1_000) as Millis;
export const minutes = (n: number): Millis => (n * 60_000) as Millis;
export const hours = (n: number): Millis => (n * 3_600_000) as Millis;
export const days = (n: number): Millis => (n * 86_400_000) as Millis;

export const bytes = (n: number): ByteCount => n as ByteCount;
export const kibibytes = (n: number): ByteCount => (n * 1024) as ByteCount;
export const mebibytes = (n: number): ByteCount => (n * 1_048_576) as ByteCount;

export const micros = (n: number): Micros => n as Micros;
