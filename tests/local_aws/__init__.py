"""A local AWS for tests and the demo: a moto server in a process of its own, stricter than moto itself.

    with LocalAws.start() as aws:
        zone_id = aws.zone(MASTER, "app.example.com")
        arn = aws.load_balancer("111111111111", "customer1")
        run(env=aws.environment())

`python -m tests.local_aws` serves until its input ends and prints its port.
"""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

MASTER = "999999999999"
REGION = "eu-central-1"
LINKER = f"arn:aws:iam::{MASTER}:role/tenant-linker"
READER = "arn:aws:iam::{account}:role/tenant-links-reader"


def zone_id(name: str) -> str:
    """The id that a zone of this name gets: known before it is made, so that a configuration can name it."""
    return "Z" + hashlib.sha256(name.rstrip(".").encode()).hexdigest()[:20].upper()


def load_balancer_arn(account: str, name: str, region: str = REGION) -> str:
    """The ARN that a load balancer of this name gets."""
    mark = hashlib.sha256(f"{account}/{region}/{name}".encode()).hexdigest()[:16]
    return f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{mark}"


@dataclass(frozen=True)
class LocalAws:
    """A running server; every account is reached by assuming a role in it, as on AWS."""

    process: subprocess.Popen[str] = field(repr=False)
    endpoint: str
    clients: dict[tuple[str, str, str], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def start(cls) -> LocalAws:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.local_aws"],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        return cls(process, f"http://127.0.0.1:{int(process.stdout.readline())}")

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()  # its end ends the server
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()

    def reset(self) -> None:
        """Forget everything that was made, sessions included."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(request, timeout=10).close()
        self.clients.clear()

    def __enter__(self) -> LocalAws:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def environment(self) -> dict[str, str]:
        """What a process needs to act here as the linker of the master account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIAAMBIENTIDENTITY0",
            "AWS_SECRET_ACCESS_KEY": "the-ambient-secret-key",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "TENANT_LINKS_ROLE_ARN": LINKER,
            "TENANT_LINKS_TENANT_ROLE_ARN": READER,
        }

    def client(self, service: str, account: str = MASTER, region: str = REGION) -> Any:
        """A client that acts in the account."""
        key = service, account, region
        if key not in self.clients:
            self.clients[key] = self._client(*key)
        return self.clients[key]

    def _client(self, service: str, account: str, region: str) -> Any:
        own = {"aws_access_key_id": "AKIAAMBIENTIDENTITY0", "aws_secret_access_key": "the-ambient-secret-key"}
        sts = boto3.client("sts", region_name=region, endpoint_url=self.endpoint, **own)
        role = f"arn:aws:iam::{account}:role/test"
        given = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    def zone(self, account: str, name: str) -> str:
        """Make a public zone; returns `zone_id(name)`."""
        route53 = self.client("route53", account)
        made = route53.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]
        return str(made).removeprefix("/hostedzone/")

    def load_balancer(self, account: str, name: str, *, dualstack: bool = False) -> str:
        """Make an application load balancer with its network; returns `load_balancer_arn(account, name)`."""
        ec2, elb = self.client("ec2", account), self.client("elbv2", account)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        zones = {f"{REGION}a": "10.0.0.0/24", f"{REGION}b": "10.0.1.0/24"}
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"]["SubnetId"]
            for zone, block in zones.items()
        ]
        kind = "dualstack" if dualstack else "ipv4"
        made = elb.create_load_balancer(Name=name, Subnets=subnets, IpAddressType=kind)
        return str(made["LoadBalancers"][0]["LoadBalancerArn"])

    def records(self, zone: str, account: str = MASTER) -> dict[tuple[str, str], dict[str, Any]]:
        """The zone's record sets by name and type, those of the zone itself left out."""
        pages = self.client("route53", account).get_paginator("list_resource_record_sets")
        found = [record for page in pages.paginate(HostedZoneId=zone) for record in page["ResourceRecordSets"]]
        return {(record["Name"], record["Type"]): record for record in found if record["Type"] not in ("NS", "SOA")}

    def change(self, zone: str, *changes: tuple[str, dict[str, Any]]) -> None:
        """Change records by hand, past the providers."""
        batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
        self.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})

    def roles(self, account: str = MASTER) -> list[str]:
        """The names of the roles under `/tenant-links/`."""
        pages = self.client("iam", account).get_paginator("list_roles").paginate(PathPrefix="/tenant-links/")
        return [role["RoleName"] for page in pages for role in page["Roles"]]
