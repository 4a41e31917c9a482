"""Writes the signatures that botocore gives for a list of requests: Tests/FeedsTests/Fixtures/aws/sigv4.json."""

import datetime
import json
import sys
from unittest import mock

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 11, 23, 13, 42, 7, tzinfo=datetime.timezone.utc)
FORM = "application/x-www-form-urlencoded; charset=utf-8"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
LONG = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMiJ+=="

REQUESTS = [
    ("a form to EC2", "POST", "https://ec2.us-east-2.amazonaws.com/", [("Content-Type", FORM)], "Action=DescribeInstances&Version=2016-11-15&MaxResults=1000", None),
    ("a session token", "POST", "https://ec2.us-east-2.amazonaws.com/", [("Content-Type", FORM)], "Action=DescribeInstances&Version=2016-11-15", LONG),
    ("no path at all", "POST", "https://ec2.us-east-2.amazonaws.com", [("Content-Type", FORM)], "Action=DescribeVolumes", None),
    ("a port and a path", "POST", "http://127.0.0.1:5555/ec2/", [("Content-Type", FORM)], "Action=DescribeInstances", None),
    ("a path without its last slash", "POST", "http://127.0.0.1:5555/proxy/ec2", [("Content-Type", FORM)], "Action=DescribeInstances", None),
    ("the scheme's own port", "GET", "https://example.amazonaws.com:443/", [], "", None),
    ("the other scheme's port", "GET", "http://example.amazonaws.com:443/", [], "", None),
    ("an IPv6 host", "POST", "http://[::1]:5555/", [("Content-Type", FORM)], "Action=A", None),
    ("many spaces", "GET", "https://example.amazonaws.com/", [("My-Header1", "  value   with \t spaces  "), ("My-Header2", '"a   b   c"')], "", None),
    ("a header twice", "GET", "https://example.amazonaws.com/", [("My-Header1", "value2"), ("My-Header1", "value1"), ("my-header1", "value2")], "", None),
    ("names where one begins another", "GET", "https://example.amazonaws.com/", [("X-Amz-Meta-A", "1"), ("X-Amz-Meta", "2")], "", None),
    ("an unsorted query", "GET", "https://example.amazonaws.com/?Param2=v2&Param1=value1", [], "", None),
    ("one name, many values", "GET", "https://example.amazonaws.com/?Param1=value2&Param1=Value1&Param1=value1", [], "", None),
    ("a name without a value", "GET", "https://example.amazonaws.com/?foo&bar=", [], "", None),
    ("an encoded query", "GET", "https://example.amazonaws.com/?%E1%88%B4=bar&a%20b=c%2Fd", [], "", None),
    ("an encoded path", "GET", "https://example.amazonaws.com/a%20b/c%3Ad", [], "", None),
    ("dots and empty segments", "GET", "https://example.amazonaws.com//a/./b/../c//", [], "", None),
    ("an empty body", "POST", "https://example.amazonaws.com/", [], "", None),
]


def sign(name, method, url, headers, body, token):
    request = AWSRequest(method=method, url=url, data=body.encode())
    for key, value in headers:
        request.headers.add_header(key, value)
    auth = SigV4Auth(Credentials("AKIDEXAMPLE", SECRET, token), "ec2", "us-east-2")
    with mock.patch("botocore.auth.get_current_datetime", lambda: NOW):
        auth.add_auth(request)
    return {
        "name": name, "method": method, "url": url, "headers": [list(h) for h in headers], "body": body, "token": token or "",
        "date": request.headers["X-Amz-Date"], "authorization": request.headers["Authorization"],
    }


json.dump([sign(*r) for r in REQUESTS], sys.stdout, indent=1)
print()
