"""Asks Weir a question and prints the answer as a data frame.

python3 query_arrow.py https://localhost:7443 ca.pem token.txt "SELECT device, avg(temperature) FROM climate GROUP BY 1"
"""
import json, ssl, sys, urllib.error, urllib.request
import pyarrow.ipc


def query(url, ca_file, token, sql, parameters=(), purpose=None):
    body = {"sql": sql, "parameters": list(parameters)} | ({"purpose": purpose} if purpose else {})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json",
               "Accept": "application/vnd.apache.arrow.stream"}
    request = urllib.request.Request(f"{url}/v1/query", json.dumps(body).encode(), headers)
    tls = ssl.create_default_context(cafile=ca_file) if url.startswith("https:") else None
    try:
        with urllib.request.urlopen(request, context=tls) as reply:
            return pyarrow.ipc.open_stream(reply).read_all()
    except urllib.error.HTTPError as refusal:
        problem = json.load(refusal)
        raise SystemExit(f"{refusal.code}: {problem['detail']}; {problem.get('hint', '')}") from None


if __name__ == "__main__":
    url, ca_file, token_file, sql, *purpose = sys.argv[1:]
    table = query(url, ca_file, open(token_file).read().strip(), sql, purpose=purpose[0] if purpose else None)
    print(table.to_pandas().to_string())  # or polars.from_arrow(table)
