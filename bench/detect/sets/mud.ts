import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { judgeFlow, parseIp, parseNetwork, readMud } from '#declare/mud/index.ts';
import type { DeviceFlow, MudProfile } from '#declare/mud/index.ts';
import { deviceFlowOf, learnProfile } from '#learn/flows/index.ts';
import type { DetectBench } from '../bench-set.ts';
import { dataPath } from '../data/corpus.ts';
import { honeypotFlows, zeekFlows } from '../data/read-flows.ts';
import { parseTable } from '../data/read-table.ts';
import type { Table } from '../data/read-table.ts';

/** A device of the set: its profile, its rules as the set's own table has them, and its flows with packets. */
interface Device {
  readonly name: string;
  readonly profile: MudProfile;
  readonly rules: readonly Cells[];
  readonly flows: readonly Cells[];
}

/** A line of rules or flows: one way, `*` for anything, `<deviceMac>` for the device. */
type Cells = Readonly<Record<string, string>>;

const MATCHED = ['ethType', 'srcIp', 'dstIp', 'ipProto', 'srcPort', 'dstPort', 'icmpType', 'icmpCode'] as const;
const ABOUT = { url: 'https://example.com/device', systemInfo: null, lastUpdate: '2026-01-01T00:00:00Z' };

/** MUD profiles of 27 devices: their own flows pass, those of others that no rule allows are found. */
export const mud: DetectBench = ({ quick, note }) => {
  const devices = readdirSync(dataPath('mud', 'locations'), { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ name }) => readDevice(name))
    .slice(0, quick ? 6 : undefined);
  const counts = { benign: 0, passed: 0, foreign: 0, found: 0, own: 0, ownPassed: 0 };
  for (const device of devices) {
    for (const flow of device.flows) {
      const allowed = judge(device.profile, flow);
      const byTable = device.rules.some((rule) => covers(rule, flow));
      counts.own += 1;
      if (allowed) counts.ownPassed += 1;
      if (!byTable) continue;
      counts.benign += 1;
      if (allowed) counts.passed += 1;
    }
    for (const other of devices) {
      if (other === device) continue;
      for (const flow of other.flows) {
        if (device.rules.some((rule) => covers(rule, flow))) continue;
        counts.foreign += 1;
        if (!judge(device.profile, flow)) counts.found += 1;
      }
    }
  }
  note(`${devices.length} devices`);
  const learnt = measureLearnt();
  const [passed, found] = [counts.passed / counts.benign, counts.found / counts.foreign];
  return {
    columns: ['share', 'of flows'],
    rows: [
      { name: 'own flows that the table of rules has: passed', figures: [passed, counts.benign] },
      { name: 'all own flows: passed', figures: [counts.ownPassed / counts.own, counts.own] },
      { name: 'flows of other devices that no rule has: found', figures: [found, counts.foreign] },
      { name: 'learnt from the first half, IoT-23: second half passed', figures: learnt.passed },
      { name: 'learnt from benign of 001 (NjRAT): command and control found', figures: learnt.found },
    ],
    bars: [
      { name: 'benign flows passed', ours: passed, must: 0.95, aim: 0.99 },
      { name: 'violations found', ours: found, must: 0.95, aim: 0.99 },
    ],
    protocol: [
      'locations: each profile judges lines of its device with packets that name an IP peer, and those of the other 26 devices; the table of rules beside each profile, which another program wrote, says what is allowed.',
      'Lines go one way; names are taken as seen. No bar is published: what must be reached is ours.',
    ],
  };
};

function readDevice(folder: string): Device {
  const at = (pattern: RegExp): string => {
    const place = dataPath('mud', 'locations', folder);
    return readFileSync(
      path.join(
        place,
        readdirSync(place).find((file) => pattern.test(file))!,
      ),
      'utf8',
    );
  };
  const flowsFile = readdirSync(dataPath('mud', 'locations', folder)).find((file) => file.endsWith('_ipflows.csv'))!;
  const mac = flowsFile.slice(0, 12).replaceAll(/(..)(?!$)/g, '$1:');
  const flows = cellsOf(parseTable(at(/_ipflows\.csv$/)), mac).filter(
    (cells) => Number(cells['packetCount']) > 0 && namesPeer(cells) && ['0x0800', '0x86dd'].includes(cells['ethType']!),
  );
  return { name: folder, profile: readMud(at(/Mud\.json$/)), rules: cellsOf(parseTable(at(/rule\.csv$/)), mac), flows };
}

function cellsOf({ header, cells }: Table, mac: string): readonly Cells[] {
  return cells.map((line) =>
    Object.fromEntries(header.map((name, i) => [name.trim(), line[i] === mac ? '<deviceMac>' : (line[i] ?? '*')])),
  );
}

function fromDevice({ srcMac }: Cells): boolean {
  return srcMac === '<deviceMac>';
}

function peerOf(cells: Cells): string {
  return (fromDevice(cells) ? cells['dstIp'] : cells['srcIp']) ?? '*';
}

function namesPeer(cells: Cells): boolean {
  return peerOf(cells) !== '*';
}

/** Whether a line of the table of rules has a flow: the same way, and each cell the same or anything. */
function covers(rule: Cells, flow: Cells): boolean {
  if (fromDevice(rule) !== fromDevice(flow)) return false;
  return MATCHED.every((name) => {
    const [asked, found] = [rule[name] ?? '*', flow[name] ?? '*'];
    if (asked === '*' || asked === found) return true;
    const [network, address] = [parseNetwork(asked), parseIp(found)];
    return network !== null && address !== null && network.bits < address.length * 8 && isWithin(asked, found);
  });
}

function isWithin(network: string, address: string): boolean {
  const [bytes, outer] = [parseIp(address), parseNetwork(network)];
  if (bytes === null || outer === null || bytes.length !== outer.bytes.length) return false;
  return Array.from({ length: outer.bits }, (_, bit) => bit).every(
    (bit) => ((bytes[bit >> 3]! ^ outer.bytes[bit >> 3]!) & (0x80 >> (bit & 7))) === 0,
  );
}

function judge(profile: MudProfile, cells: Cells): boolean {
  return judgeFlow(profile, deviceFlow(cells), { namesSeen: true }).allowed;
}

function deviceFlow(cells: Cells): DeviceFlow {
  const from = fromDevice(cells);
  const peer = peerOf(cells);
  const number = (name: string): number | null => (cells[name] === '*' ? null : Number(cells[name]));
  const isAddress = parseIp(peer) !== null;
  return {
    opened: null,
    sent: from,
    received: !from,
    etherType: Number(cells['ethType']),
    peerMac: (from ? cells['dstMac'] : cells['srcMac']) ?? null,
    protocol: number('ipProto'),
    peerAddress: isAddress ? peer : null,
    peerNames: isAddress ? [] : [peer.toLowerCase()],
    devicePort: number(from ? 'srcPort' : 'dstPort'),
    peerPort: number(from ? 'dstPort' : 'srcPort'),
    icmpType: number('icmpType'),
    icmpCode: number('icmpCode'),
  };
}

/** Profiles that are learnt: do they pass what comes later, and refuse command and control. */
function measureLearnt(): { readonly passed: readonly number[]; readonly found: readonly number[] } {
  let [passed, later] = [0, 0];
  const byDevice = Map.groupBy(
    honeypotFlows().map(({ flow }) => flow),
    ({ direction, source_address: source, destination_address: destination }) =>
      (direction === 'in' ? destination : source) ?? '',
  );
  for (const flows of byDevice.values()) {
    const inOrder = flows.toSorted((a, b) => a.time - b.time).map(deviceFlowOf);
    const middle = inOrder.length >> 1;
    const profile = learnProfile(inOrder.slice(0, middle), ABOUT);
    for (const flow of inOrder.slice(middle)) {
      later += 1;
      if (judgeFlow(profile, flow, { namesSeen: false }).allowed) passed += 1;
    }
  }
  const njrat = zeekFlows('001-zeek-scenario-malicious', 'labeled-conn.log.gz');
  const host = '192.168.1.115';
  const own = njrat.filter(({ flow }) => flow.source_address === host || flow.destination_address === host);
  const profile = learnProfile(
    own.filter(({ malicious }) => !malicious).map(({ flow }) => deviceFlowOf(flow)),
    ABOUT,
  );
  const commanded = own.filter(({ malicious }) => malicious).map(({ flow }) => deviceFlowOf(flow));
  const found = commanded.filter((flow) => !judgeFlow(profile, flow, { namesSeen: false }).allowed).length;
  return { passed: [passed / later, later], found: [found / commanded.length, commanded.length] };
}
