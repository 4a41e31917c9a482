"""Makes users and a role in a moto server, then turns on its checks of signatures and permissions.

moto_keys.py ENDPOINT   prints {"reader": {…}, "stranger": {…}, "assumer": {…}, "role": ARN}

The reader may describe, the stranger may do nothing, the assumer may only assume the role, which may describe.
"""

import json
import os
import sys
import urllib.request

os.environ.setdefault("AWS_ACCESS_KEY_ID", "testing")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "testing")
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3  # noqa: E402

endpoint = sys.argv[1]
iam = boto3.client("iam", region_name="us-east-1", endpoint_url=endpoint)


def policy(*actions):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]})


def user(name, *actions):
    iam.create_user(UserName=name)
    if actions:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*actions))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


role = iam.create_role(RoleName="fleet-reader", AssumeRolePolicyDocument=policy("sts:AssumeRole"))["Role"]["Arn"]
iam.put_role_policy(RoleName="fleet-reader", PolicyName="p", PolicyDocument=policy("ec2:Describe*"))
ec2 = boto3.client("ec2", region_name="us-east-2", endpoint_url=endpoint)
ec2.run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2)
made = {"reader": user("reader", "ec2:Describe*"), "stranger": user("stranger"), "assumer": user("assumer", "sts:AssumeRole"), "role": role}
# As a form, which urllib would say it is, moto wouldn't find the number.
checks = urllib.request.Request(endpoint + "/moto-api/reset-auth", data=b"0", method="POST", headers={"Content-Type": "text/plain"})
urllib.request.urlopen(checks).read()
print(json.dumps(made))
