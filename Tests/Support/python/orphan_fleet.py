"""A fleet with an orphan of each kind, for the `orphans` command: moto behind a door that can refuse a region, a control plane and its tenants.

orphan_fleet.py   prints one line {"endpoint", "control_plane", "tenants", "page", "ids": {NAME: ID}} and serves until its input ends.

The door asks moto for five reservations a page, so that the fleet's machines come on three pages. GET /fail?region=R refuses that region from
then on; GET /fail?region= refuses none.
"""

import http.client
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "testing"
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

EAST, WEST = "us-east-2", "us-west-2"
ORGS = {"acme": "00000000-0000-4000-8000-00000000000a", "globex": "00000000-0000-4000-8000-00000000000b"}
WORKSPACES = {"acme": {"w-online": "online", "w-paused": "paused", "w-double": "online"}, "globex": {"w-west": "online"}}
failing = {"region": None}
pages = {EAST: 0, WEST: 0}


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        part = url.path.strip("/").split("/")
        if url.path == "/fail":
            failing["region"] = urllib.parse.parse_qs(url.query).get("region", [None])[0]
            return self.answer(200, {})
        if url.path == "/pages":
            return self.answer(200, pages)
        if url.path == "/cp/admin/orgs":
            rows = [{"id": i, "slug": s, "name": s, "instance_status": "running", "created_at": "2026-01-01T00:00:00Z"} for s, i in ORGS.items()]
            return self.answer(200, {"orgs": rows})
        if part[:3] == ["cp", "admin", "orgs"] and part[-1] == "admin-token":
            return self.answer(200, {"admin_token": "tenant-" + part[3]})
        if part[0] == "tenants" and part[-1] == "workspaces":
            rows = [{"id": i, "name": i, "status": s, "runtime": "hermes", "tier": 4} for i, s in WORKSPACES[part[1]].items()]
            return self.answer(200, rows)
        self.answer(404, {"error": "not found"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        scope = self.headers.get("Authorization", "").split("Credential=")[-1].split("/")
        region = scope[2] if len(scope) > 2 else ""
        if region == failing["region"]:
            return self.answer(500, b"<Response><Errors><Error><Code>InternalError</Code><Message>no</Message></Error></Errors></Response>", "text/xml")
        if "Action=DescribeInstances&" in body + "&":
            pages[region] = pages.get(region, 0) + 1
            body = body.replace("MaxResults=1000", "MaxResults=5")
        moto = http.client.HTTPConnection("127.0.0.1", moto_port, timeout=30)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "content-length", "connection")}
        headers["Host"] = f"ec2.{region}.amazonaws.com"
        moto.request("POST", self.path, body.encode(), headers)
        got = moto.getresponse()
        self.answer(got.status, got.read(), got.getheader("Content-Type", "text/xml"))


def fill():
    ids = {}

    def machine(region, name, kind="t3.large", **tags):
        tags = {k: v for k, v in tags.items() if v is not None}
        spec = [{"ResourceType": "instance", "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}]
        ec2 = clients[region]
        ids[name] = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, InstanceType=kind, TagSpecifications=spec)[
            "Instances"][0]["InstanceId"]

    clients = {r: boto3.client("ec2", region_name=r, endpoint_url=f"http://127.0.0.1:{moto_port}") for r in (EAST, WEST)}
    ours = {"ManagedBy": "molecule-cp"}
    for slug, org in ORGS.items():
        machine(EAST, "tenant-" + slug, "t3.small", Role="tenant", OrgID=org, OrgSlug=slug, Environment="clean", **ours)
    acme, globex = ORGS["acme"], ORGS["globex"]
    machine(EAST, "online", Role="workspace", OrgID=acme, WorkspaceID="w-online", Environment="clean", **ours)
    machine(EAST, "double-old", Role="workspace", OrgID=acme, WorkspaceID="w-double", **ours)
    machine(EAST, "paused", Role="workspace", OrgID=acme, WorkspaceID="w-paused", **ours)
    machine(EAST, "removed", Role="workspace", OrgID=acme, WorkspaceID="w-removed", **ours)
    machine(EAST, "gone", "t3.small", Role="tenant", OrgID="00000000-0000-4000-8000-0000000000ff", OrgSlug="initech", **ours)
    machine(EAST, "tagless", Role="workspace", WorkspaceID="w-lost", **ours)
    machine(EAST, "jenkins", Name="jenkins")
    machine(WEST, "west", Role="workspace", OrgID=globex, WorkspaceID="w-west", Environment="clean", **ours)
    machine(WEST, "west-gone", Role="workspace", OrgID="00000000-0000-4000-8000-0000000000fe", WorkspaceID="w-x", **ours)
    # Enough that live to keep the safety gate open.
    for number in range(6):
        machine(EAST, f"spare-{number}", "t3.small", Role="tenant", OrgID=acme, OrgSlug="acme", Environment="clean", **ours)
    time.sleep(1.1)  # moto's launch times are whole seconds
    machine(EAST, "double-new", Role="workspace", OrgID=acme, WorkspaceID="w-double", Environment="clean", **ours)
    spec = [{"Key": "ManagedBy", "Value": "molecule-cp"}]
    east = clients[EAST]
    ids["volume"] = east.create_volume(
        AvailabilityZone=EAST + "a", Size=80, VolumeType="gp3", TagSpecifications=[{"ResourceType": "volume", "Tags": spec}])["VolumeId"]
    ids["address"] = east.allocate_address(Domain="vpc", TagSpecifications=[{"ResourceType": "elastic-ip", "Tags": spec}])["AllocationId"]
    ids["group"] = east.create_security_group(
        GroupName="tenant-initech", Description="x", TagSpecifications=[{"ResourceType": "security-group", "Tags": spec}])["GroupId"]
    return ids


moto_server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
moto_server.start()
moto_port = moto_server.get_host_and_port()[1]
door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
door.daemon_threads = True
ids = fill()
threading.Thread(target=door.serve_forever, daemon=True).start()
print(json.dumps({"origin": f"http://127.0.0.1:{door.server_port}", "ids": ids}), flush=True)
sys.stdin.read()
os._exit(0)
