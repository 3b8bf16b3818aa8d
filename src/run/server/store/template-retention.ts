import type { Micros } from '#base/core/index.ts';
import { keepOf } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import { isHeldBy, keptFrom } from '#flow/store/index.ts';
import type { Hold, Retention } from '#flow/store/index.ts';

/**
 * What is kept at a moment under a template. A stream that it does not declare any more is kept: nobody says how long.
 *
 * @param now epoch microseconds
 */
export function retentionOf(template: Template | undefined, holds: readonly Hold[], now: Micros): Retention {
  return {
    keptFrom: (stream) => {
      const declared = template?.streams.get(stream);
      return template === undefined || declared === undefined ? null : keptFrom(keepOf(template, declared), now);
    },
    isHeld: (segment) => isHeldBy(segment, holds),
  };
}
