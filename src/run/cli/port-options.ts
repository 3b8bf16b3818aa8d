import { Option } from 'commander';
import { readPort } from './read-number.ts';

/** Ports of the command line; what is absent is as the template says. */
export interface PortOptions {
  readonly mqttPort?: string;
  readonly httpsPort?: string;
  readonly apiPort?: string;
  readonly statusPort?: string;
}

/** Ports for one start in place of the template's, 0 for any that is free. */
export interface ChosenPorts {
  readonly mqtt?: number;
  readonly https?: number;
  readonly api?: number;
  readonly status?: number;
}

export const PORT_OPTIONS: readonly Option[] = [
  new Option('--mqtt-port <n>', 'port for MQTT, this time only (0: any that is free; by default as the template says)'),
  new Option('--https-port <n>', 'port for devices and programs over HTTPS, likewise'),
  new Option('--api-port <n>', 'port for tokens and console, likewise'),
  new Option('--status-port <n>', 'port for lists of revoked certificates and OCSP, likewise'),
];

/** @throws {CliError} CLI_USAGE naming the option that is no port */
export function readPorts({ mqttPort, httpsPort, apiPort, statusPort }: PortOptions): ChosenPorts {
  return {
    ...(mqttPort === undefined ? {} : { mqtt: readPort(mqttPort, '--mqtt-port') }),
    ...(httpsPort === undefined ? {} : { https: readPort(httpsPort, '--https-port') }),
    ...(apiPort === undefined ? {} : { api: readPort(apiPort, '--api-port') }),
    ...(statusPort === undefined ? {} : { status: readPort(statusPort, '--status-port') }),
  };
}
