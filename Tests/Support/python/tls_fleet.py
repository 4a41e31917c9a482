"""A control plane and its tenants behind TLS, each answer on a connection of its own: handshakes are always under way.

tls_fleet.py FOLDER   writes its certificate to FOLDER/ca.pem, prints its origin on one line and serves until its input ends.
"""

import datetime
import http.server
import ipaddress
import json
import os
import ssl
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ORGS = [
    {"id": f"00000000-0000-4000-8000-{number:012d}", "slug": f"t{number}", "name": f"t{number}", "instance_status": "running",
     "created_at": "2026-11-01T00:00:00Z"}
    for number in range(80)
]


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = made.public_bytes(serialization.Encoding.PEM)
    for path, data in (("ca.pem", public), ("key.pem", secret)):
        with open(os.path.join(folder, path), "wb") as file:
            file.write(data)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "ca.pem"), os.path.join(folder, "key.pem"))
    # No session is resumed: each connection has its whole handshake.
    context.num_tickets = 0
    return context


class Fleet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.split("?")[0]
        known = {"orgs": {"orgs": ORGS}, "purges": {"purges": []}, "admin-token": {"admin_token": "t"}, "workspaces": [],
                 "liveness": {"subsystems": {}}, "events": []}
        answer = known.get(path.rsplit("/", 1)[-1])
        data = json.dumps({"error": "not found"} if answer is None else answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    context = None

    def finish_request(self, request, address):
        # On the connection's own thread: a slow handshake holds nobody else up.
        with self.context.wrap_socket(request, server_side=True) as secured:
            Fleet(secured, address, self)

    def handle_error(self, *_):
        pass  # Clients leave in the middle; that is what they are here for.


def main():
    server = Server(("127.0.0.1", 0), Fleet)
    server.context = certificate(sys.argv[1])
    print(f"https://127.0.0.1:{server.server_address[1]}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


main()
