/**
 * Environment of processes that take much memory for a short while, again and again: glibc then keeps what it had from
 * the system, up to 256 MiB. Pages that come anew have to be cleared, which took a quarter of such a process's time.
 *
 * @see mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD
 */
export const KEPT_MEMORY: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(32 * 1_048_576),
  MALLOC_TRIM_THRESHOLD_: String(256 * 1_048_576),
};
