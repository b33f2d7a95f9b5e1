"""A local AWS for tests and the demo: a moto server in a process of its own, stricter than moto itself.

    with MotoAws.start() as aws:
        zone_id = aws.zone(MASTER, "app.example.com")
        arn = aws.load_balancer("111111111111", "customer1")
        run(env=aws.environment())

`python tests/moto_aws.py` serves until its input ends and prints its port.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

MASTER = "999999999999"
REGION = "eu-central-1"
LINKER = f"arn:aws:iam::{MASTER}:role/linker"
READER = "arn:aws:iam::{account}:role/tenant-links-reader"


def zone_id(name: str) -> str:
    """The id that a zone of this name gets: known before it is made, so that a configuration can name it."""
    return "Z" + hashlib.sha256(name.rstrip(".").encode()).hexdigest()[:20].upper()


def load_balancer_arn(account: str, name: str, region: str = REGION) -> str:
    """The ARN that a load balancer of this name gets."""
    mark = hashlib.sha256(f"{account}/{region}/{name}".encode()).hexdigest()[:16]
    return f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{mark}"


@dataclass(frozen=True)
class MotoAws:
    """A running server; every account is reached by assuming a role in it, as on AWS."""

    process: subprocess.Popen[str] = field(repr=False)
    endpoint: str
    clients: dict[tuple[str, str, str], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def start(cls) -> MotoAws:
        command = [sys.executable, str(Path(__file__).resolve())]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return cls(process, f"http://127.0.0.1:{int(process.stdout.readline())}")

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()  # its end ends the server
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> MotoAws:
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


def _strict_changes(backend: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
    """Route 53's CREATE, DELETE and atomic batches, where moto takes over, deletes by name and stops half-way.

    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
    """
    from moto.route53.exceptions import Route53ClientError
    from moto.route53.models import RecordSet

    zone = backend.get_hosted_zone(zoneid)
    after = {(record.name, record.type, record.set_identifier): record for record in zone.rrsets}
    for change in change_list:
        action, wanted = change["Action"], dict(change["ResourceRecordSet"])
        wanted["Name"] = wanted["Name"].lower().rstrip(".") + "."
        if "ResourceRecords" in wanted:
            wanted["ResourceRecords"] = [value["Value"] for value in wanted["ResourceRecords"]]
        if "AliasTarget" in wanted:
            alias = wanted["AliasTarget"]
            wanted["AliasTarget"] = alias | {"DNSName": alias["DNSName"].lower().rstrip(".") + "."}
        record = RecordSet(wanted)
        key = record.name, record.type, record.set_identifier
        shown = f"resource record set [name='{record.name}', type='{record.type}']"
        if not record.name.endswith("." + zone.name) and record.name != zone.name:
            fault = f"RRSet with DNS name {record.name} is not permitted in zone {zone.name}"
        elif action == "CREATE" and key in after:
            fault = f"[Tried to create {shown} but it already exists]"
        elif action == "DELETE" and key not in after:
            fault = f"[Tried to delete {shown} but it was not found]"
        elif action == "DELETE" and _values(after[key]) != _values(record):
            fault = f"[Tried to delete {shown} but the values provided do not match the current values]"
        else:
            if action == "DELETE":
                del after[key]
            else:
                after[key] = record
            continue
        raise Route53ClientError("InvalidChangeBatch", fault)
    for name in {name for name, kind, _ in after if kind == "CNAME"}:
        if len([key for key in after if key[0] == name]) > 1:
            fault = f"[RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with others]"
            raise Route53ClientError("InvalidChangeBatch", fault)
    zone.rrsets = list(after.values())


def _values(record: Any) -> tuple[str, list[str], dict[str, str]]:
    alias = {key: str(value).lower() for key, value in (record.alias_target or {}).items()}
    return str(record.ttl), sorted(record.records), alias


def _serve() -> None:
    from moto.elbv2 import models as elbv2
    from moto.iam.exceptions import EntityAlreadyExists
    from moto.iam.models import IAMBackend
    from moto.route53 import models as route53
    from moto.server import ThreadedMotoServer

    def load_balancer(account_id: str, name: str, region_name: str, **_: object) -> str:
        return load_balancer_arn(account_id, name, region_name)

    def create_role(backend: Any, role_name: str, *args: object, **more: object) -> Any:
        if any(role.name.lower() == role_name.lower() for role in backend.get_roles()):
            raise EntityAlreadyExists(f"Role with name {role_name} already exists.")
        return make_role(backend, role_name, *args, **more)

    make_role = IAMBackend.create_role
    elbv2.make_arn_for_load_balancer = load_balancer
    IAMBackend.create_role = create_role
    route53.HostedZoneIdentifier.__init__ = _remember
    route53.HostedZoneIdentifier.generate = lambda identifier, *_, **__: zone_id(identifier.zone_name)
    route53.Route53Backend.change_resource_record_sets = _strict_changes
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()


def _remember(identifier: Any, account_id: str, name: str, delegation_set_id: str | None) -> None:
    identifier.account_id, identifier.region, identifier.name = account_id, "", name
    identifier.zone_name = name


if __name__ == "__main__":
    _serve()
