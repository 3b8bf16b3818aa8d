export { IngestError } from './errors.ts';
export type { IngestErrorCode } from './errors.ts';
export { REASON, REASONS, reasonOf, isStored, isTransient } from './reasons.ts';
export type { Kept, Reason } from './reasons.ts';
export { WIRE_FORMATS } from './sender.ts';
export type { Outcomes, Sender, WireFormat } from './sender.ts';
