export { flowLogReader } from './flow-log.ts';
export type { LogFault, LogLine } from './flow-log.ts';
export type { LogRecord } from './zeek-record.ts';
export { deviceFlowOf, directionOf, protocolName, protocolNumber } from './flow-reading.ts';
export type { FlowReading } from './flow-reading.ts';
export { FlowNames } from './join-flows.ts';
export { learnProfile } from './learn-profile.ts';
export type { ProfileAbout } from './learn-profile.ts';
