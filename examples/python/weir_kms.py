"""Reads sealed segments straight from the objects store, with keys that Weir's key service releases by policy.

python3 weir_kms.py https://localhost:7443 ca.pem token.txt maintenance segment.parquet device,pressure
"""
import base64, json, ssl, sys, urllib.error, urllib.request
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe


class WeirKms(pe.KmsClient):
    """Asks for each data key once: a segment's key material names it by a handle that says nothing."""

    def __init__(self, config, cache):
        super().__init__()
        self.conf, self.cache = config.custom_kms_conf, cache

    def wrap_key(self, key_bytes, master_key_identifier):
        raise NotImplementedError("segments are sealed by the platform alone")

    def unwrap_key(self, wrapped_key, master_key_identifier):
        handle = wrapped_key.decode() if isinstance(wrapped_key, bytes) else wrapped_key
        if handle not in self.cache:
            body = json.dumps({"wrappedKey": handle, "purpose": self.conf["purpose"]}).encode()
            headers = {"Authorization": f"Bearer {self.conf['token']}", "Content-Type": "application/json"}
            request = urllib.request.Request(f"{self.conf['url']}/v1/keys/unwrap", body, headers)
            tls = ssl.create_default_context(cafile=self.conf["ca"])
            try:
                with urllib.request.urlopen(request, context=tls) as reply:
                    self.cache[handle] = base64.b64decode(json.load(reply)["key"])
            except urllib.error.HTTPError as refusal:
                problem = json.load(refusal)
                raise PermissionError(f"{refusal.code}: {problem['detail']}; {problem.get('hint', '')}") from None
        return self.cache[handle]


def read_segment(path, columns, **conf):
    cache = {}
    factory = pe.CryptoFactory(lambda config: WeirKms(config, cache))
    connection = pe.KmsConnectionConfig(kms_instance_url=conf["url"], custom_kms_conf=conf)
    properties = factory.file_decryption_properties(connection, pe.DecryptionConfiguration())
    return pq.ParquetFile(path, decryption_properties=properties).read(columns=columns)


if __name__ == "__main__":
    url, ca, token, purpose, path, columns = sys.argv[1:]
    conf = {"url": url, "ca": ca, "token": open(token).read().strip(), "purpose": purpose}
    print(read_segment(path, columns.split(","), **conf).to_pandas().to_string())
