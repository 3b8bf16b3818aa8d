/** Where things are that a device needs to publish. */
export interface HintInput {
  /** Paths of the private key, of the certificate with its chain, and of the authority's certificate. */
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
  readonly host: string;
  readonly mqttPort: number;
  readonly httpsPort: number;
  readonly stream: string;
  /** One reading that the stream would take. */
  readonly example: Readonly<Record<string, string | number | boolean>>;
}

/** Command lines for a POSIX shell. */
export interface EnrolHints {
  readonly mosquitto: string;
  readonly curl: string;
}

/** The commands that publish one reading over MQTT and over HTTPS, ready to paste. */
export function enrolHints(input: HintInput): EnrolHints {
  const { key, certificate, authority, host, mqttPort, httpsPort, stream } = input;
  const reading = quote(JSON.stringify(input.example));
  // A literal IPv6 address stands in brackets in a URL (RFC 3986 section 3.2.2).
  const urlHost = host.includes(':') ? `[${host}]` : host;
  return {
    mosquitto:
      // MQTT 3.1.1 could not hear why a reading is refused.
      `mosquitto_pub -V mqttv5 -h ${quote(host)} -p ${mqttPort} --cafile ${quote(authority)} --cert ${quote(certificate)} ` +
      `--key ${quote(key)} -q 1 -t ${quote(`streams/${stream}`)} -m ${reading}`,
    curl:
      `curl --cacert ${quote(authority)} --cert ${quote(certificate)} --key ${quote(key)} ` +
      `-H 'content-type: application/json' -d ${reading} ${quote(`https://${urlHost}:${httpsPort}/v1/streams/${stream}`)}`,
  };
}

/** Quotes a word for a POSIX shell where it needs it. */
function quote(word: string): string {
  return /^[A-Za-z0-9_./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
