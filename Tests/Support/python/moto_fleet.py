"""Fills a moto server with a fleet.

moto_fleet.py ENDPOINT REGION=MACHINES ...   prints {REGION: {"instances": {ID: NUMBER}, "volume": ID, "group": ID}}

A hundred machines a reservation, each with the control plane's tags; each region gets a volume, an address and a security group besides.
"""

import json
import os
import sys

os.environ.setdefault("AWS_ACCESS_KEY_ID", "testing")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "testing")
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3  # noqa: E402


def tags(number):
    org = f"00000000-0000-4000-8000-{number // 4:012d}"
    role = "tenant" if number % 4 == 0 else "workspace"
    return [
        {"Key": "OrgID", "Value": org},
        {"Key": "Role", "Value": role},
        {"Key": "ManagedBy", "Value": "molecule-cp"},
        {"Key": "Reservation", "Value": str(number // 100)},
        {"Key": "Name", "Value": f"tenant-org{number}" if role == "tenant" else f"ws-{number:08d}-abc"},
    ]


def fill(endpoint, region, count):
    ec2 = boto3.client("ec2", region_name=region, endpoint_url=endpoint)
    image = "ami-12c6146b"
    ids = {}
    for start in range(0, count, 100):
        size = min(100, count - start)
        answer = ec2.run_instances(
            ImageId=image, MinCount=size, MaxCount=size, InstanceType="t3.large",
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags(start)}])
        for offset, instance in enumerate(answer["Instances"]):
            ids[instance["InstanceId"]] = start + offset
    volume = ec2.create_volume(
        AvailabilityZone=region + "a", Size=80, VolumeType="gp3",
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags(1)}])["VolumeId"]
    ec2.allocate_address(Domain="vpc")
    group = ec2.create_security_group(GroupName="workspace-00000001", Description="one workspace")["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}])
    return {"instances": ids, "volume": volume, "group": group}


endpoint = sys.argv[1]
print(json.dumps({region: fill(endpoint, region, int(count)) for region, count in (a.split("=") for a in sys.argv[2:])}))
