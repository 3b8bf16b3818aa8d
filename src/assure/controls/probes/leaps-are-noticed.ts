import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Publishes a value, then one that no sensor could reach in the time between, then one out of range. */
export const leapsAreNoticed: Control = {
  id: 'leaps-are-noticed',
  row: 20,
  covers: 'part',
  statement: 'a value out of its range, or one that changed faster than declared, is refused with the violated rule',
  requirements: ['gdpr:5', 'nist-csf:DE.CM-09', 'etsi-en-303645:5.13-1'],
  probe: async (platform) => {
    const start = Date.now() / 1_000;
    const [first, leap, outside] = await platform.publish('streams/_probe', [
      JSON.stringify({ n: 1, value: 0, time: start }),
      JSON.stringify({ n: 2, value: 900, time: start + 1 }),
      JSON.stringify({ n: 3, value: 5_000, time: start + 2 }),
    ]);
    return judge(
      {
        'a plain value is taken': (first?.code ?? 255) < 128,
        'a leap is refused as step': (leap?.code ?? 0) >= 128 && (leap?.text ?? '').includes('step'),
        'a value outside is refused as range': (outside?.code ?? 0) >= 128 && (outside?.text ?? '').includes('range'),
      },
      { first: first?.code ?? null, leap: leap?.text ?? null, outside: outside?.text ?? null },
    );
  },
};
