import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROBE_STREAM, systemClock } from '#base/core/index.ts';
import type { Json, Log, Micros, Millis, Span } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { CedarEngine, DecisionPoint } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import { isLoopback } from '#declare/template/index.ts';
import { PlacedObjects } from '#flow/store/index.ts';
import { ConsentReceipts } from '#trust/consent/index.ts';
import type { Custody } from '#trust/keys/index.ts';
import { RequestMetrics } from './api/request-metrics.ts';
import { makeApi } from './api/server.ts';
import type { Services } from './api/services.ts';
import type { BackupKeeper } from './backup/backup-keeper.ts';
import { openBackups } from './backup/open-backups.ts';
import { settleGap } from './backup/restored-gap.ts';
import { auditReader, entriesFrom } from './control/audit-reader.ts';
import { watchBackPressure } from './control/back-pressure.ts';
import { CloneBook } from './control/clone-book.ts';
import { CommandBox } from './control/command-box.ts';
import { declaredBy } from './control/declared-by.ts';
import { DenialTally } from './control/denial-tally.ts';
import { devicesOfType } from './control/devices-of-type.ts';
import { discardedSince } from './control/discarded-files.ts';
import { ErasureAddenda } from './control/erasure-addenda.ts';
import { EncryptedSums } from './control/encrypted-sums.ts';
import { issuerFetch } from './control/issuer-fetch.ts';
import { keepHouse } from './control/keep-house.ts';
import { keepReady } from './control/keep-ready.ts';
import { KeyKeeper } from './control/key-keeper.ts';
import { mayStillPropose } from './control/may-still-propose.ts';
import { memoryRelations } from './control/memory-relations.ts';
import { openContinued } from './control/open-continued.ts';
import { openCounts } from './control/open-counts.ts';
import { openRetention } from './control/open-retention.ts';
import { authorityFile, openTrust } from './control/open-trust.ts';
import { packageVersion } from './control/package-files.ts';
import { packageFile } from './control/package-templates.ts';
import { ProposalBook } from './control/proposal-book.ts';
import { QuarantineShelf } from './control/quarantine-shelf.ts';
import { recordNow } from './control/record-now.ts';
import { requirePlaces, requireRegions } from './control/regions.ts';
import { SegmentHost } from './control/segment-host.ts';
import { settleTemplate } from './control/settle-template.ts';
import { historyOf } from './control/settle-trust.ts';
import type { WitnessPlace } from './control/settle-trust.ts';
import { SignInTally } from './control/sign-in-tally.ts';
import { folderBytes, makeRate, readStatus } from './control/status.ts';
import { TemplateService } from './control/template-service.ts';
import { requireTemplate, TemplateVersions } from './control/template-versions.ts';
import type { TemplateSource } from './control/template-versions.ts';
import { UnreadJournal } from './control/unread-journal.ts';
import { UnsealedOriginals } from './control/unsealed-originals.ts';
import { useAlgorithms } from './control/use-algorithms.ts';
import { Witnessing } from './control/witnessing.ts';
import { began, readCrypto } from './crypto/read-crypto.ts';
import { layoutOf, lockDirectory, makeDirectories, requireRestored } from './data-directory.ts';
import { datasetCorner } from './datasets/dataset-corner.ts';
import type { DatasetKeeper } from './datasets/dataset-keeper.ts';
import { ServerError } from './errors.ts';
import type { Ports } from './gateway/contract.ts';
import { forkGateway, GatewayHost } from './gateway/host.ts';
import { portsOf } from './gateway/require-free-ports.ts';
import { holderOf } from './places/holder.ts';
import { placesToRead } from './places/store-archive.ts';
import type { PlatformAddress, PlatformStatus } from './platform-status.ts';
import { forbidCoreDumps } from './process/forbid-core-dumps.ts';
import { keepCode } from './process/keep-code.ts';
import { canKeep } from './process/keep-to-processors.ts';
import { allowedProcessors, deviceInterrupts, shareProcessors } from './process/processor-shares.ts';
import type { ProcessorShares } from './process/processor-shares.ts';
import { openProver } from './prove/open-prover.ts';
import type { Prover } from './prove/prover.ts';
import { openSharing } from './query/open-sharing.ts';
import { QueryService } from './query/query-service.ts';
import { COPIES_MOST, SegmentCopies } from './query/segment-copies.ts';
import { StatementBook } from './query/statement-book.ts';
import { ReceiptDesk } from './receipts/receipt-desk.ts';
import { SegmentEntries } from './receipts/segment-entries.ts';
import { openRights } from './rights/open-rights.ts';
import type { RightsKeeper } from './rights/rights-keeper.ts';
import { watchedCorners } from './rights/watched-corners.ts';
import { StoreHost } from './store/host.ts';
import { ReferenceTables } from './tables/reference-tables.ts';
import { ShownDomains } from './tokens/shown-domains.ts';
import { TokenVault } from './tokens/token-vault.ts';
import { readHeaderFile } from './trace/header-file.ts';
import { SpanExporter } from './trace/span-exporter.ts';
import { Tracer } from './trace/tracer.ts';
import { openWatch } from './watch/open-watch.ts';

export interface PlatformOptions {
  readonly data: string;
  /** Puts the audit log elsewhere, best on another volume. */
  readonly auditDirectory?: string;
  readonly custody: Custody;
  /** The template to start with where none is in force yet; null where one is. */
  readonly source: TemplateSource | null;
  /** Ports instead of the template's, for this start; 0 takes any free one. */
  readonly ports?: Partial<Ports>;
  readonly gatewayWorkers?: number;
  /** Starts with the template of the catalogue where the log says that a newer one was applied. */
  readonly acceptOlderTemplate?: boolean;
  /** Lets the operator in again who was disabled. */
  readonly enableOperator?: boolean;
  readonly allowUnconfinedQuery?: boolean;
  /** Cosigns the log, and is asked at the start whether the log is whole. */
  readonly witness?: WitnessPlace;
  /** How long queries that began before a person was erased have to open what they read; a minute where it is absent. */
  readonly erasureGrace?: Millis;
  /** How long after one run of controls began the next may begin; ten seconds where it is absent. */
  readonly proveEvery?: Millis;
  readonly log: Log;
}

/** A running platform. Disposing of it drains and stops it. */
export interface Platform extends AsyncDisposable {
  readonly address: PlatformAddress;
  readonly template: Template;
  /** True where the template that it was given is not the one in force. */
  readonly proposal: boolean;
  readonly verifierKeys: readonly string[];
  /** What processors its gateway and its store keep to; null where any will do. */
  readonly processors: ProcessorShares | null;
  /** Has each new checkpoint of the log cosigned by a witness from now on; a refusal is logged as an error. */
  witnessBy(witness: { readonly url: string; readonly keys: readonly string[] }): void;
  status(): Promise<PlatformStatus>;
}

const DRAIN_MS = 10_000;
const DAY_US = 86_400_000_000;

/**
 * Starts a platform on a data directory: what it stands on, whom it trusts, what it declares, then the flow from the
 * back to the front, so that nothing is taken in before all behind it runs.
 *
 * @throws {ServerError} SERVER_DIRECTORY_IN_USE, SERVER_TEMPLATE_INVALID, SERVER_DEMO_EXPOSED, SERVER_QUERY_UNCONFINED,
 *   SERVER_PORT_IN_USE
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { custody, source, log } = options;
  const clock = systemClock;
  const random = systemRandom;
  const started = clock.monotonicMs();
  const workers = options.gatewayWorkers ?? 1;
  const shares = canKeep() ? shareProcessors(allowedProcessors(), deviceInterrupts(), workers) : null;
  // Before any key is read, and for all processes that are started from here on.
  await forbidCoreDumps();
  await using opened = new AsyncDisposableStack();

  const layout = layoutOf(options.data, options.auditDirectory);
  await makeDirectories(layout);
  opened.use(await lockDirectory(layout));
  await requireRestored(layout);
  // The last to start and the longest to load: it loads while all behind it starts.
  const forked = forkGateway(layout);
  opened.defer(() => void forked.kill('SIGKILL'));

  // Read through the box, since identity asks what is declared before the versions are open.
  const box: { versions: TemplateVersions | null; statusPort: number | null; gateway: GatewayHost | null } = {
    versions: null,
    statusPort: null,
    gateway: null,
  };
  const declared = declaredBy(
    () => box.versions?.current ?? null,
    () => box.statusPort,
  );
  const trust = opened.use(await openTrust({ layout, custody, declared, clock, random, log }));
  const { audit, owed, catalogue, keys, identity } = trust;
  await audit.append({ actor: 'weir:control', action: 'start', resource: 'platform:*', outcome: 'done' });

  const shown = await ShownDomains.open({ keys, template: () => inForce() });
  const segments = await SegmentHost.open(catalogue, keys, clock);
  const sealer = await keys.rowSealer('people');
  // What nearly every part stands on.
  const ground = { layout, catalogue, sealer, keys, audit, clock, random, log, template: (): Template => inForce() };
  const { consents, erasures, datasetBook, ledger, transfers } = await openContinued({
    ...ground,
    identity,
    segments,
    shown,
  });
  const consentReceipts = new ConsentReceipts({ custody, audit, random, deployment: identity.deployment });

  // Before anybody is let in, whatever was restored.
  const { witness = null } = options;
  const witnessing = await Witnessing.settle({ audit, identity, clock, log }, witness);
  await settleGap(layout, identity.continuity, clock);
  // After all that is under way has ended: the next start need not read the log from here back.
  opened.defer(async () => {
    await audit.flush();
    await identity.continuity.mark(historyOf(audit));
  });

  const versions = (box.versions = await TemplateVersions.open(catalogue, sealer, clock));
  const given = source === null ? null : { template: requireTemplate(source, packageFile), source };
  const acceptOlder = options.acceptOlderTemplate ?? false;
  const template = await settleTemplate(versions, audit, { given, last: erasures.template, acceptOlder });
  // Asked anew each time, by parts that start before the service of templates does.
  const inForce = (): Template => versions.current ?? template;
  requireSafeListeners(template, custody);
  await useAlgorithms(template, { identity, audit, log });

  const keepAuthorities = (): Promise<void> => writeFile(authorityFile(layout), identity.certificates.root);
  await keepAuthorities();
  opened.defer(
    identity.authorities.onChange(() => {
      keepAuthorities().catch((error: unknown) => log.error({ error: String(error) }, 'ca.crt could not be written'));
    }),
  );
  if (options.enableOperator === true) await identity.people.enableOperator('weir:control');
  await writeOperator(layout.operator, await identity.issueOperator('weir:control'));

  const reached = { folder: layout.places, deployment: identity.deployment, holder: await holderOf(layout.places) };
  const places = placesToRead(reached);
  const usePlaces = (of: Template): void => places.use(of.objects?.values() ?? []);
  usePlaces(template);
  const objects = new PlacedObjects(await openDirectoryObjects(layout.objects), (name) => places.find(name));
  const discarded = async (since: Micros): Promise<readonly Json[]> => {
    await audit.flush();
    return discardedSince(auditReader(audit), since);
  };
  const { retention, refusedKeep } = await openRetention({
    ...ground,
    discarded,
    segments,
    objects,
    datasetBook,
    shown,
    sign: (type, statement) => prover.sign(type, statement),
    reachCopies: () => backups.refresh(),
    store: () => store,
    gateway: () => gateway,
    queries: () => queries,
  });
  const decisions = new DecisionPoint(new CedarEngine(), devicesOfType(identity.inventory.live), () =>
    transfers.inForce(),
  );
  const { rules, alerts, watch, webhooks } = await openWatch({
    ...ground,
    inventory: identity.inventory,
    segments,
    decisions,
    deviceType: async (name) => identity.inventory.find(name)?.type ?? null,
  });
  const vault = await TokenVault.open({
    ...ground,
    sealer: await keys.rowSealer('vault'),
    most: () => inForce().limits.vaultValues,
  });
  const store: StoreHost = await StoreHost.start({
    ...ground,
    vault,
    places: reached,
    segments,
    owed,
    templates: () => versions.all(),
    holds: () => retention.holds,
    processors: shares?.store ?? null,
    progressed: (progress) => box.gateway?.useProgress(progress),
    passed: async () => (await watch.passed())?.entries().toArray() ?? null,
  });
  opened.defer(() => store.stop(DRAIN_MS));
  // Before anybody may ask for them.
  if (erasures.isCutDue) await store.compact();
  const backups: BackupKeeper = await openBackups({
    ...ground,
    custody,
    identity,
    objects,
    segments,
    datasetBook,
    transfers,
    flush: () => store.flush(),
    auditLog: audit,
    sign: (type, statement) => prover.sign(type, statement),
    verifierKeys: () => prover.verifierKeys(),
    onDone: () =>
      void addenda.tend().catch((error: unknown) => log.error({ error: String(error) }, 'no addendum was signed')),
  });
  const addenda = new ErasureAddenda({
    ...ground,
    erasures: retention.erasures,
    targets: () => backups.list(),
    sign: (type, statement) => prover.sign(type, statement),
  });
  const counts = opened.use(await openCounts({ ...ground, owed }));
  const { refusals, logCounts, tokens, leftOut } = counts;
  const clones = new CloneBook(audit, log);
  const tables = await ReferenceTables.open({ ...ground, vault });
  const unsealed = new UnsealedOriginals({
    flush: (stream) => store.flush(stream),
    isPaused: async () => (await store.status())?.paused !== false,
    log,
  });
  unsealed.begin(versions.all(), template);
  const statements = await StatementBook.open(catalogue, sealer, clock);
  const receipts = new ReceiptDesk({
    ...ground,
    published: async () => {
      await audit.flush();
      return audit.source;
    },
    segmentEntries: await SegmentEntries.open({ catalogue, sealer, entries: (from) => entriesFrom(audit, from) }),
  });
  // Before anything is asked: whom an older copy of the catalogue forgot is not shown again.
  const keeping = Promise.withResolvers<DatasetKeeper>();
  const rights: RightsKeeper = opened.use(
    await openRights({
      ...ground,
      custody,
      segments,
      store,
      retention,
      tables,
      statements,
      vault,
      inventory: identity.inventory,
      shown,
      objects,
      templates: () => versions.all(),
      gateway: () => gateway,
      heldAfterDrop: (ids) => queries.heldAfterDrop(ids),
      corners: [datasetCorner(keeping.promise), ...watchedCorners({ alerts, watch })],
      sign: (type, statement) => prover.sign(type, statement),
      discarded,
      reachCopies: () => backups.refresh(),
      backups: () => backups.snapshots(),
      ...(options.erasureGrace === undefined ? {} : { grace: options.erasureGrace }),
    }),
  );
  const queries: QueryService = opened.use(
    await QueryService.start({
      ...ground,
      copies: await SegmentCopies.open({ folder: layout.copies, objects, most: COPIES_MOST }),
      segments,
      store,
      ledger,
      statements,
      receipts,
      seal: (stream) => store.flush(stream),
      decisions,
      originals: (relation) => (inForce().tables.has(relation) ? tables.originals(relation) : unsealed.of(relation)),
      consents,
      shown,
      memory: memoryRelations({ tables, identity, refusals, clones, logCounts, leftOut, alerts }),
      missing: () =>
        store.damages.map(({ file, offset }) => `readings behind byte ${offset} of journal file ${file} are missing`),
      withheld: () => rights.withheld,
      engineMemory: template.limits.queryMemoryBytes,
      allowUnconfined: options.allowUnconfinedQuery ?? isLoopback(template.listen.address),
    }),
  );
  const sharing = await openSharing({
    ...ground,
    datasetBook,
    objects,
    queries,
    segments,
    consents,
    vault,
    shown,
    ledger,
    decisions,
    retention,
  });
  const { datasets, keyReleases, privacy } = sharing;
  keys.lifecycle.holdShown({
    count: (domain, version) => datasets.countShown(domain, version),
    changed: () => shown.refresh(() => rights.tokensChanged()),
  });
  keeping.resolve(datasets);
  const proposals = await ProposalBook.open(ground);
  const templates: TemplateService = new TemplateService({
    versions,
    audit,
    decisions,
    proposals,
    mayPropose: (proposer) => mayStillPropose(proposer, { people: identity.people, decisions, template: inForce() }),
    packageFile,
    check: async (next) => {
      requireRegions(next, await segments.active(), transfers.inForce());
      requirePlaces(next, inForce(), await segments.stored());
      await queries.check(next);
    },
    segments: () => segments.active(),
    going: (next) => retention.goingUnder(next),
    publish: async (next) => {
      unsealed.begin(versions.all(), next);
      usePlaces(next);
      await store.useTemplate(next);
      await queries.useTemplate(next);
      await rights.useTemplate(next);
      await gateway.useTemplate(next);
      void unsealed.settle();
      await watch.useTemplate(next);
      await webhooks.settle();
      await useAlgorithms(next, { identity, audit, log });
    },
  });
  await queries.useTemplate(template);

  const commands = await CommandBox.open({
    ...ground,
    deliver: (command) => gateway.command(command),
    isDevice: (name) => identity.inventory.find(name) !== null,
  });
  const quarantine = new QuarantineShelf({
    directory: layout.quarantine,
    keys,
    clock,
    template: () => templates.current,
    consents,
    shown,
  });
  const tally = opened.use(new SignInTally(owed, log));
  const reader = auditReader(audit);
  const keyKeeper = new KeyKeeper({
    ...ground,
    custody,
    tickets: () => gateway,
    written: () => {
      const { policies = [], views } = inForce();
      return [...policies.map(({ text }) => text), ...[...views.values()].map(({ sql }) => sql)];
    },
  });
  const cryptoInventory = () =>
    readCrypto({
      clock,
      version: packageVersion,
      identity,
      template: inForce,
      keys: () => keyKeeper.list(),
      noteKeys: async () => ({
        log: audit.verifierKeys,
        evidence: await prover.verifierKeys(),
        consent: await consentReceipts.verifierKeys(),
      }),
      began: () => began(reader),
      agreements: async () => (await gateway.counts()).agreements,
    });
  const record = () => recordNow({ template: inForce, segments, backups, transfers, clock });
  const prover: Prover = openProver({
    ...ground,
    ...(options.proveEvery === undefined ? {} : { every: options.proveEvery }),
    auditLog: audit,
    auditReader: reader,
    custody,
    identity,
    segments,
    retention,
    objects,
    places,
    backups,
    transfers,
    consents,
    consentReceipts,
    decisions,
    queries,
    privacy,
    rights,
    alerts,
    alertRules: rules,
    baseline: (device) => watch.baseline(device),
    forgetWatched: (spans) => watch.forget(spans),
    flushWatch: () => watch.save(),
    processingRecord: record,
    cryptoInventory,
    templates,
    address: () => address,
    gateway: () => gateway,
    status: () => status(),
    seal: () => store.flush(PROBE_STREAM),
  });
  const spans = opened.use(
    new SpanExporter({
      clock,
      log,
      rules: () => templates.current.traces,
      headers: (file) => readHeaderFile(layout.traces, file),
      fetch: issuerFetch,
      resource: { 'service.version': packageVersion, 'service.namespace': 'weir' },
    }),
  );
  const emit = (span: Span): void => spans.add(span);
  const services: Services = {
    clock,
    log,
    audit,
    auditReader: reader,
    identity,
    decisions,
    signInFailed: (from, reason, actor) => tally.count(from, reason, actor),
    templates,
    templateVersions: versions,
    proposals: {
      list: async () => {
        await templates.settle();
        return proposals.list();
      },
      find: async (id) => {
        await templates.settle();
        return proposals.find(id);
      },
      proposerOf: (id) => proposals.proposerOf(id),
      goingWith: (id) => templates.goingWith(id),
      approve: (id, shown, by) => templates.approve(id, shown, by),
      reject: (id, reason, by) => templates.reject(id, reason, by),
    },
    queries,
    receipts,
    datasets,
    keyReleases,
    segmentLineage: (ids, most) => segments.lineage(ids, most),
    statements,
    tokenDesk: sharing.tokenDesk,
    commands,
    quarantine,
    tables,
    retention,
    unreadJournal: new UnreadJournal({
      directory: layout.journal,
      store: () => store,
      gateway: () => gateway,
      segments,
      holds: () => retention.holds,
      audit,
    }),
    transfers,
    consents,
    consentReceipts,
    backups,
    alerts,
    webhooks,
    alertRules: rules,
    baseline: (device) => watch.baseline(device),
    privacy,
    releases: sharing.releases,
    encryptedSums: new EncryptedSums({ queries }),
    rights,
    processingRecord: record,
    leftOut,
    prover,
    keyKeeper,
    cryptoInventory,
    grantImport: (grant) => gateway.grantImport(grant),
    newTokens: (device) => tokens.since(device, clock.now() - DAY_US),
    segmentColumns: async () =>
      (await segments.active()).flatMap(({ id, stream, columns }) =>
        columns.map(({ name, class: cls, domain }) => ({ segment: id, stream, column: name, class: cls, domain })),
      ),
    status: () => status(),
    ready: () => store.process.isAtWork && gateway.process.isAtWork,
    requests: new RequestMetrics(),
    tracer: new Tracer({ clock, random, rules: () => templates.current.traces, emit }),
    spans,
  };
  const denials = opened.use(new DenialTally(audit, owed, log));
  const api = makeApi({
    services,
    onSignInFailure: (from, reason, actor) => tally.count(from, reason, actor),
    denials,
  });
  await rm(layout.controlSocket, { force: true });
  await api.listen({ path: layout.controlSocket });
  await chmod(layout.controlSocket, 0o600);
  opened.defer(() => api.close());

  const gateway: GatewayHost = await GatewayHost.start({
    ...ground,
    forked,
    custody,
    identity,
    consents,
    owed,
    refusals,
    clones,
    tokens,
    vaultRoom: () => vault.room,
    leftOut,
    traced: emit,
    template: () => templates.current,
    subjectKey: rights.digestKey,
    refusedSubjects: () => rights.refused,
    ports: { ...portsOf(template), ...options.ports },
    workers,
    processors: shares?.gateway ?? null,
    waiting: () => commands.waiting(),
    taken: (command) => void commands.taken(command),
    committed: () => {
      store.wake();
      watch.wake();
    },
  });
  box.gateway = gateway;
  opened.defer(() => watch.stop(DRAIN_MS));
  vault.onRoom((room) => gateway.useVaultRoom(room));
  opened.defer(() => gateway.stop(DRAIN_MS));
  // For the next start; where it cannot be kept, that one takes as long as this one.
  void keepCode().catch((error: unknown) => log.debug({ error: String(error) }, 'compiled code is not kept'));
  opened.defer(
    identity.inventory.twins.onTwin((twin) => {
      clones.noteKey(twin, clock.now());
      if (twin.answer === 'cut-both' && twin.holder.kind === 'device') gateway.endDevice(twin.holder.name);
    }),
  );
  opened.use(
    watchBackPressure({
      journalBytes: () => folderBytes(layout.journal),
      keysSpent: () => keys.stock.spent,
      hold: (held) => gateway.hold(held),
      log,
    }),
  );
  opened.use(keepReady({ owed, stock: keys.stock, log }));

  void unsealed.settle();
  // What a crash cut off of a rotation is finished now that data flows; what nears its bound is rotated.
  void keys.lifecycle
    .settle()
    .catch((error: unknown) => log.error({ error: String(error) }, 'a rotation of keys could not be finished'));
  rights.start();
  opened.use(
    keepHouse({
      ...ground,
      templates,
      quarantine,
      keyReleases,
      datasets,
      alerts,
      retention,
      refusedKeep,
      backups,
      addenda,
    }),
  );

  const { mqtt, https, api: apiPort, status: statusPort } = gateway.ports;
  box.statusPort = statusPort ?? null;
  const address: PlatformAddress = {
    pid: process.pid,
    mqtt: `mqtts://localhost:${mqtt}`,
    https: `https://localhost:${https}`,
    api: `https://localhost:${apiPort}`,
    ports: gateway.ports,
    demo: custody.loopbackOnly,
  };
  const rate = makeRate(() => clock.monotonicMs());
  const status = (): Promise<PlatformStatus> =>
    readStatus({
      places,
      version: packageVersion,
      address,
      template: templates.current,
      since: templates.since,
      audit,
      store,
      watch,
      alerts,
      gateway,
      queries,
      segments,
      layout,
      continuity: identity.continuity,
      consents,
      proposals,
      authorities: identity.authorities,
      witness: () => witnessing.last,
      uptimeSeconds: (clock.monotonicMs() - started) / 1_000,
      rate,
    });
  for (const { kind, detail } of (await status()).exposures) log.warn({ kind }, detail);
  await writeFile(layout.address, JSON.stringify(address), { mode: 0o600 });
  opened.defer(() => rm(layout.address, { force: true }));
  await audit.append({
    actor: 'weir:control',
    action: 'accept',
    resource: 'platform:*',
    outcome: 'done',
    detail: { ...gateway.ports },
  });

  watch.begin();
  opened.use(webhooks);
  await webhooks.settle();

  if (witness !== null) witnessing.by(witness);
  let stopping = false;
  const resources = opened.move();
  return {
    address,
    get template() {
      return templates.current;
    },
    proposal: given !== null && given.template.digest !== template.digest,
    verifierKeys: audit.verifierKeys,
    processors: shares,
    witnessBy: (place) => witnessing.by(place),
    status,
    [Symbol.asyncDispose]: async () => {
      if (stopping) return;
      stopping = true;
      witnessing[Symbol.dispose]();
      await owed.appendLate({
        actor: 'weir:control',
        action: 'stop',
        resource: 'platform:*',
        outcome: 'done',
      });
      await resources.disposeAsync();
    },
  };
}

/** Whoever has the files of a demo has its key: it must not be reachable from elsewhere. */
function requireSafeListeners({ listen }: Template, custody: Custody): void {
  if (custody.loopbackOnly && !isLoopback(listen.address)) {
    throw new ServerError('SERVER_DEMO_EXPOSED', `Cannot listen on ${listen.address}: this platform has a demo key`, {
      hint: 'Listen on 127.0.0.1, or start a platform of your own with `npm run -s weir -- up`',
    });
  }
}

async function writeOperator(folder: string, credential: { key: string; certificate: string }): Promise<void> {
  await writeFile(join(folder, 'operator.key'), credential.key, { mode: 0o600 });
  await writeFile(join(folder, 'operator.crt'), credential.certificate, { mode: 0o600 });
}
