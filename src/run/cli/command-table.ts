import type { AddCommand } from './commands/command.ts';

/**
 * The commands by the word that each is called by, in the order in which help lists them. Each is loaded when it is
 * wanted: what one of them needs slows no other's start.
 */
export const COMMANDS: ReadonlyMap<string, () => Promise<AddCommand>> = new Map<string, () => Promise<AddCommand>>(
  Object.entries({
    demo: async () => (await import('./commands/demo.ts')).addDemoCommand,
    init: async () => (await import('./commands/init.ts')).addInitCommand,
    plan: async () => (await import('./commands/plan.ts')).addPlanCommand,
    policy: async () => (await import('./commands/policy.ts')).addPolicyCommand,
    apply: async () => (await import('./commands/apply.ts')).addApplyCommand,
    template: async () => (await import('./commands/template.ts')).addTemplateCommand,
    proposals: async () => (await import('./commands/proposals.ts')).addProposalCommands,
    approve: async () => (await import('./commands/proposals.ts')).addProposalCommands,
    reject: async () => (await import('./commands/proposals.ts')).addProposalCommands,
    up: async () => (await import('./commands/up.ts')).addUpCommand,
    status: async () => (await import('./commands/status.ts')).addStatusCommand,
    device: async () => (await import('./commands/device.ts')).addDeviceCommand,
    ca: async () => (await import('./commands/ca.ts')).addCaCommand,
    replay: async () => (await import('./commands/replay.ts')).addReplayCommand,
    query: async () => (await import('./commands/query.ts')).addQueryCommand,
    views: async () => (await import('./commands/query.ts')).addQueryCommand,
    encrypted: async () => (await import('./commands/encrypted.ts')).addEncryptedCommand,
    features: async () => (await import('./commands/features.ts')).addFeaturesCommand,
    detect: async () => (await import('./commands/detect.ts')).addDetectCommand,
    hashing: async () => (await import('./commands/hashing.ts')).addHashingCommand,
    synth: async () => (await import('./commands/synth.ts')).addSynthCommand,
    release: async () => (await import('./commands/release.ts')).addReleaseCommand,
    privacy: async () => (await import('./commands/privacy.ts')).addPrivacyCommand,
    dataset: async () => (await import('./commands/dataset.ts')).addDatasetCommand,
    detokenise: async () => (await import('./commands/detokenise.ts')).addDetokeniseCommand,
    tokenise: async () => (await import('./commands/detokenise.ts')).addDetokeniseCommand,
    table: async () => (await import('./commands/table.ts')).addTableCommand,
    user: async () => (await import('./commands/user.ts')).addUserCommand,
    service: async () => (await import('./commands/service.ts')).addServiceCommand,
    agent: async () => (await import('./commands/agent.ts')).addAgentCommand,
    session: async () => (await import('./commands/session.ts')).addSessionCommand,
    login: async () => (await import('./commands/login.ts')).addLoginCommand,
    logout: async () => (await import('./commands/login.ts')).addLoginCommand,
    whoami: async () => (await import('./commands/login.ts')).addLoginCommand,
    keys: async () => (await import('./commands/keys.ts')).addKeysCommand,
    alerts: async () => (await import('./commands/alerts.ts')).addAlertCommands,
    alert: async () => (await import('./commands/alerts.ts')).addAlertCommands,
    incidents: async () => (await import('./commands/incidents.ts')).addIncidentCommands,
    incident: async () => (await import('./commands/incidents.ts')).addIncidentCommands,
    webhooks: async () => (await import('./commands/webhooks.ts')).addWebhookCommands,
    baseline: async () => (await import('./commands/baseline.ts')).addBaselineCommand,
    drift: async () => (await import('./commands/drift.ts')).addDriftCommand,
    retention: async () => (await import('./commands/retention.ts')).addRetentionCommand,
    journal: async () => (await import('./commands/journal.ts')).addJournalCommand,
    transfer: async () => (await import('./commands/transfer.ts')).addTransferCommand,
    collection: async () => (await import('./commands/collection.ts')).addCollectionCommand,
    consent: async () => (await import('./commands/consent.ts')).addConsentCommand,
    backup: async () => (await import('./commands/backup.ts')).addBackupCommand,
    subject: async () => (await import('./commands/subject.ts')).addSubjectCommand,
    inventory: async () => (await import('./commands/inventory.ts')).addInventoryCommand,
    flows: async () => (await import('./commands/flows.ts')).addFlowsCommand,
    mud: async () => (await import('./commands/mud.ts')).addMudCommand,
    advise: async () => (await import('./commands/advise.ts')).addAdviseCommand,
    crypto: async () => (await import('./commands/crypto.ts')).addCryptoCommand,
    command: async () => (await import('./commands/send-command.ts')).addSendCommand,
    quarantine: async () => (await import('./commands/quarantine.ts')).addQuarantineCommand,
    audit: async () => (await import('./commands/audit.ts')).addAuditCommand,
    witness: async () => (await import('./commands/witness.ts')).addWitnessCommand,
    prove: async () => (await import('./commands/prove.ts')).addProveCommand,
  }),
);

/**
 * The command that is asked for; all of them where none is known by that word, for help and for what was mistyped.
 *
 * @param word undefined where no command is named
 */
export async function loadCommands(word: string | undefined): Promise<readonly AddCommand[]> {
  const wanted = word === undefined ? undefined : COMMANDS.get(word);
  // Two words may share a file, whose commands are added once.
  return [
    ...new Set(await Promise.all(wanted === undefined ? [...COMMANDS.values()].map((load) => load()) : [wanted()])),
  ];
}
