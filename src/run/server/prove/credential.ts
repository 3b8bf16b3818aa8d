/** A private key and the certificates that go with it, PEM. */
export interface Credential {
  readonly key: string;
  readonly certificate: string;
}
