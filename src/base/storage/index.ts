export type { Catalogue, CatalogueSchema, CatalogueTransaction, Objects, SqlRow, SqlValue } from './ports.ts';
