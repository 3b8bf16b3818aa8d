/**
 * Flags of V8 for a gateway. Readings are garbage a few milliseconds after they came. Left to itself the heap of a gateway
 * that had a quiet time, or a small one when the flood began, is too small for what comes between two looks: then all of it
 * was marked up to eight times a second, which took a quarter of a processor.
 *
 * Compiled code counts only for processes with the same flags of V8: what keeps it for gateways runs with these, too.
 */
export const ROOM_FOR_READINGS: readonly string[] = ['--min-semi-space-size=16', '--initial-old-space-size=256'];
