import type { FlowReading } from '#learn/flows/index.ts';

/** A flow that a device opened to a server on the internet. */
export function outFlow(change: Partial<FlowReading> = {}): FlowReading {
  return {
    time: 1_000,
    uid: 'C1',
    direction: 'out',
    source_address: '192.168.1.7',
    source_port: 50_000,
    destination_address: '93.184.216.34',
    destination_port: 443,
    protocol: 'tcp',
    service: null,
    duration: 1.5,
    source_bytes: 100,
    destination_bytes: 200,
    source_packets: 3,
    destination_packets: 4,
    state: 'SF',
    query: null,
    response_code: null,
    peer_name: null,
    ...change,
  };
}

/** The start of a tab-separated log of Zeek. */
export const ZEEK_HEADER = [
  '#separator \\x09',
  '#set_separator\t,',
  '#empty_field\t(empty)',
  '#unset_field\t-',
  '#path\tconn',
  '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\torig_pkts\tresp_pkts\ttunnel_parents',
  '#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tcount\tset[string]',
] as const;

/** A line of such a log. */
export const ZEEK_LINE =
  '1655071198.444458\tCHLXQ\t192.168.1.7\t62771\t40.74.108.123\t443\ttcp\tssl\t1.135424\t1596\t4039\tSF\tT\tF\t14\t16\t(empty)';
