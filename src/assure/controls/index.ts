export { CONTROLS } from './register.ts';
export { ControlsError } from './errors.ts';
export type { ControlsErrorCode } from './errors.ts';
export { EVIDENCE_TYPE, evidenceKeys, signEvidence, verifyEvidence } from './evidence-bundle.ts';
export type { Evidence } from './evidence-bundle.ts';
export { judge } from './control.ts';
export type { Control, ControlOutcome, ProbeResult } from './control.ts';
export { CREDENTIAL_KINDS } from './probe-platform.ts';
export type {
  ApiAnswer,
  ConnectOutcome,
  CredentialKind,
  DeclaredStream,
  HandshakeOutcome,
  KnownKey,
  ListeningPort,
  LogCheck,
  Pace,
  ProbeCaller,
  ProbePlatform,
  CorrectionTrial,
  RightsTrial,
  ProgramCredentialKind,
  PublishOutcome,
  CloneTrial,
  TamperTrial,
  TiersTrial,
  DriftTrial,
  WatchTrial,
  ConsentTrial,
  ArchiveTrial,
  LetGoTrial,
  RotateTrial,
  BackupTrial,
  RegionTrial,
  ClassTrial,
  FleetSumTrial,
  HashingTrial,
  PrivacyTrial,
  SynthesisTrial,
  WindowTrial,
  RevokeTrial,
  KeySearch,
  SearchOutcome,
  TlsListener,
  TlsOffer,
  AgreementOutcome,
  AdviceTrial,
  InventoryTrial,
  SignatureTrial,
  TracedAnswers,
  TamperOutcome,
} from './probe-platform.ts';
export type {
  AttackTrial,
  CommandTrial,
  ConditionTrial,
  FlowTrial,
  KindsTrial,
  SensorTrial,
  ConnectionTrial,
  StrangerTrial,
  ToldAlert,
} from './watch-trials.ts';
export { runControls, selectControls } from './run-controls.ts';
export type { Selection } from './run-controls.ts';
