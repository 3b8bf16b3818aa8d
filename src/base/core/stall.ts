import { PerformanceObserver, monitorEventLoopDelay } from 'node:perf_hooks';
const raw = (process as unknown as { _rawDebug(text: string): void })._rawDebug;
const now = (): string => (Date.now() / 1000).toFixed(3).slice(6);
export function watchStalls(name: string): void {
  new PerformanceObserver((list) => { for (const e of list.getEntries()) if (e.duration > 4) raw(`STALL ${now()} ${name} gc kind ${(e as any).detail?.kind} ${e.duration.toFixed(1)} ms`); }).observe({ entryTypes: ['gc'] });
  let last = performance.now();
  setInterval(() => { const t = performance.now(); if (t - last > 15) { const u = (process as any).threadCpuUsage?.(); raw(`STALL ${now()} ${name} loop ${(t - last).toFixed(1)} ms`); void u; } last = t; }, 2);
}
export function writeTook(ms: number, bytes: number): void { if (ms > 8) raw(`STALL ${now()} write ${ms.toFixed(1)} ms of ${bytes}`); }
