import type { CatalogueSchema } from '#base/storage/index.ts';
import { ADDENDUM_TABLES, ERASURE_TABLES } from './erasures.ts';
import { HOLD_TABLES } from './holds.ts';
import { SEGMENT_TABLES } from './segment-catalogue.ts';

/** The tables of this room. */
export const STORE_SCHEMA: CatalogueSchema = {
  room: 'store',
  migrations: [[...SEGMENT_TABLES], [...ERASURE_TABLES, ...HOLD_TABLES], ADDENDUM_TABLES],
};
