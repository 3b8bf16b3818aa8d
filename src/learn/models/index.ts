export { ModelsError } from './errors.ts';
export type { ModelsErrorCode } from './errors.ts';
export { seriesTable } from './synthetic/series-table.ts';
export type { SeriesColumn, SeriesTable } from './synthetic/series-table.ts';
export { drawRows } from './synthetic/draw-rows.ts';
export type { CountedColumn } from './synthetic/draw-rows.ts';
export { synthesise } from './synthetic/synthesise.ts';
export type { Synthesis, SynthesisOptions } from './synthetic/synthesise.ts';
export type { SyntheticReport } from './synthetic/judge-series.ts';
