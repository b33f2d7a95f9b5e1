"""What a test holds of the local AWS: clients, shortcuts, and the controls of faults, journal and time."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from .journal import Entry
from .names import AMBIENT_KEY, LINKER, MASTER, READER, REGION

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Control:
    """Calls the server's control API."""

    endpoint: str

    def __call__(self, operation: str, /, **given: Any) -> Any:
        body = json.dumps(given).encode()
        request = urllib.request.Request(f"{self.endpoint}/_strict/{operation}", data=body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise ValueError(json.loads(error.read())) from None


@dataclass(frozen=True)
class Clock:
    """Virtual time, in seconds since the server's start."""

    control: Control

    def now(self) -> float:
        return float(self.control("clock"))

    def advance(self, seconds: float) -> float:
        return float(self.control("clock", seconds=seconds))

    def step(self, seconds: float) -> None:
        """What each request takes from now on: 0 holds time still, 0.25 keeps all default limits far away."""
        self.control("clock", step=seconds)


@dataclass(frozen=True)
class Faults:
    """Faults by service, operation and account (empty: all), by probability and count; `clear` ends them all.

    Each method returns the rule's number, for `struck`.
    """

    control: Control

    def throttle(self, service: str = "", operation: str = "", **more: Any) -> int:
        return self.add("throttle", service, operation, **more)

    def prior(self, **more: Any) -> int:
        """PriorRequestNotComplete."""
        return self.add("prior", "route53", "ChangeResourceRecordSets", **more)

    def error(self, service: str = "", operation: str = "", *, after: bool = False, **more: Any) -> int:
        """A 5xx (`status=503`), before the commit or after it."""
        return self.add("error", service, operation, when=_when(after), **more)

    def timeout(self, service: str = "", operation: str = "", *, after: bool = False, **more: Any) -> int:
        """No answer until the caller gives up: its own read time-out decides, at most `seconds` (30)."""
        return self.add("timeout", service, operation, when=_when(after), **more)

    def reset(self, service: str = "", operation: str = "", *, after: bool = False, **more: Any) -> int:
        """The connection ends without an answer."""
        return self.add("reset", service, operation, when=_when(after), **more)

    def slow(self, seconds: float, **more: Any) -> int:
        """Changes of records take this many virtual seconds until INSYNC."""
        return self.add("slow", "route53", "ChangeResourceRecordSets", seconds=seconds, **more)

    def stale(self, operation: str = "", **more: Any) -> int:
        """Reads of IAM do not see the entity."""
        return self.add("stale", "iam", operation, **more)

    def add(self, kind: str, service: str = "", operation: str = "", **more: Any) -> int:
        """`more`: account, when, probability, count, status, seconds."""
        return int(self.control("fault", kind=kind, service=service, operation=operation, **more))

    def seed(self, number: int) -> None:
        """What decides which requests a probability strikes."""
        self.control("seed", seed=number)

    def struck(self, rule: int) -> int:
        """How often a rule struck."""
        return int(self.control("struck").get(str(rule), 0))

    def clear(self) -> None:
        self.control("clear")


@dataclass(frozen=True)
class Journal:
    """All requests since the start, or since `clear`."""

    control: Control

    def entries(self, service: str = "", operation: str = "", **wanted: Any) -> list[Entry]:
        """Entries by service, operation and any other part: `entries("iam", committed=True, account=MASTER)`."""
        wanted |= {name: text for name, text in (("service", service), ("operation", operation)) if text}
        found = [Entry(**entry) for entry in self.control("journal")]
        return [entry for entry in found if all(getattr(entry, name) == value for name, value in wanted.items())]

    def count(self, service: str = "", operation: str = "", **wanted: Any) -> int:
        return len(self.entries(service, operation, **wanted))

    def actions(self, action: str = "", **wanted: Any) -> list[tuple[str, str, str]]:
        """The changes of records that were asked for, as action, name and type: `actions("UPSERT")`."""
        batches = [entry.params for entry in self.entries("route53", "ChangeResourceRecordSets", **wanted)]
        changes = [change for params in batches for change in params["ChangeBatch"]["Changes"]]
        parts = [(c["Action"], c["ResourceRecordSet"]["Name"], c["ResourceRecordSet"]["Type"]) for c in changes]
        return [part for part in parts if action in ("", part[0])]

    def clear(self) -> None:
        self.control("forget")


def _when(after: bool) -> str:
    return "after" if after else "before"


@dataclass(frozen=True)
class Aws:
    """A running server.

    `zone`, `load_balancer`, `records` and `roles` only set up and look: faults, limits, clock and journal do not notice
    them.  What `client`, `session` and `change` do counts like anyone's.
    """

    process: subprocess.Popen[str] = field(repr=False)
    endpoint: str
    clients: dict[tuple[str, str, str], Any] = field(default_factory=dict, repr=False)
    onlookers: boto3.Session = field(default_factory=boto3.Session, repr=False)
    """One for all of them: reading a service's model takes longer than what they ask."""

    @classmethod
    def start(cls) -> Aws:
        path = os.pathsep.join([str(ROOT / "policypack"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.aws"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
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

    def __enter__(self) -> Aws:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def control(self) -> Control:
        return Control(self.endpoint)

    @property
    def clock(self) -> Clock:
        return Clock(self.control)

    @property
    def faults(self) -> Faults:
        return Faults(self.control)

    @property
    def journal(self) -> Journal:
        return Journal(self.control)

    def reset(self) -> None:
        """Forget everything that was made: sessions, settings, faults and journal too; not the clock's step."""
        self.control("reset")
        self.clients.clear()

    def settings(self, **changes: float) -> None:
        """How slow AWS is and what it lets an account have: insync, zone_busy, iam_delay, kms_delay, roles."""
        self.control("settings", **changes)

    def limit(self, name: str, rate: float, burst: float) -> None:
        """Requests a virtual second, and at once: `limit("route53", 5, 5)`, `limit("iam/CreateRole", 1, 2)`."""
        self.control("limit", name=name, rate=rate, burst=burst)

    def account(self, account: str, *, closed: bool = False, member: bool = True) -> None:
        """Close an account, or take it out of the organization `o-a1b2c3d4e5`; every account exists otherwise."""
        self.control("account", account=account, closed=closed, member=member)

    def onboard(self, account: str) -> None:
        """Give a tenant's account the role that the linker reads load balancers with."""
        self.control("onboard", account=account)

    def linker(
        self,
        policy: dict[str, Any],
        name: str = "linker",
        trust: dict[str, Any] | None = None,
        *,
        account: str = MASTER,
    ) -> str:
        """Make a role with this policy alone; returns its ARN.  By default all of the master account may assume it."""
        trusting = json.dumps(trust) if trust else None
        return str(self.control("role", account=account, name=name, policy=json.dumps(policy), trust=trusting))

    def environment(self) -> dict[str, str]:
        """What a process needs to act as the master account's pipeline, which may assume LINKER."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": AMBIENT_KEY,
            "AWS_SECRET_ACCESS_KEY": "the-ambient-secret-key",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "TENANT_LINKS_ROLE_ARN": LINKER,
            "TENANT_LINKS_TENANT_ROLE_ARN": READER,
            "TENANT_LINKS_REGISTRY": str(ROOT / "tenancy.yaml"),
        }

    def _onlooker(self, service: str, account: str) -> Any:
        """A client that no fault strikes, no limit stops and no journal tells of; no time passes for it."""
        key = f"onlooker {service}", account, REGION
        if key not in self.clients:
            keys = self.control("keys", account=account, onlooker=True)
            self.clients[key] = self.onlookers.client(
                service,
                endpoint_url=self.endpoint,
                region_name=REGION,
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
            )
        return self.clients[key]

    def session(self, account: str = MASTER, role: str | None = None, region: str = REGION) -> boto3.Session:
        """An administrator of the account, or a session of one of its roles, whatever the role's trust."""
        return self.signed_in(self.control("keys", account=account, role=role), region)

    def signed_in(self, keys: dict[str, str], region: str = REGION) -> boto3.Session:
        """A session by credentials such as AssumeRole returns.  Clients need `endpoint_url=aws.endpoint`."""
        return boto3.Session(
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"] or None,
            region_name=region,
        )

    def client(self, service: str, account: str = MASTER, region: str = REGION) -> Any:
        """A client that acts in the account as its administrator."""
        key = service, account, region
        if key not in self.clients:
            self.clients[key] = self.session(account, region=region).client(service, endpoint_url=self.endpoint)
        return self.clients[key]

    def zone(self, account: str, name: str) -> str:
        """Make a public zone; returns `zone_id(name)`."""
        made = self._onlooker("route53", account).create_hosted_zone(Name=name, CallerReference=f"{account}/{name}")
        return str(made["HostedZone"]["Id"]).removeprefix("/hostedzone/")

    def load_balancer(self, account: str, name: str, *, dualstack: bool = False) -> str:
        """Make an application load balancer with its network; returns `load_balancer_arn(account, name)`.

        The account gets the role that the linker reads with.
        """
        self.onboard(account)
        ec2, elb = self._onlooker("ec2", account), self._onlooker("elbv2", account)
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
        return {(r["Name"], r["Type"]): r for r in self._records(zone, account) if r["Type"] not in ("NS", "SOA")}

    def _records(self, zone: str, account: str) -> Iterator[dict[str, Any]]:
        pages = self._onlooker("route53", account).get_paginator("list_resource_record_sets")
        for page in pages.paginate(HostedZoneId=zone):
            yield from page["ResourceRecordSets"]

    def change(self, zone: str, *changes: tuple[str, dict[str, Any]]) -> None:
        """Change records by hand, past the providers."""
        batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
        self.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})

    def roles(self, account: str = MASTER, *, path: str = "/tenant-links/") -> list[str]:
        """The names of the roles under the path."""
        pages = self._onlooker("iam", account).get_paginator("list_roles").paginate(PathPrefix=path)
        return [role["RoleName"] for page in pages for role in page["Roles"]]

    def role(self, name: str, account: str = MASTER) -> dict[str, Any]:
        """All that a role is: IAM's `Role`, with its `Inline` policies by name and the `Attached` ones' ARNs."""
        iam = self._onlooker("iam", account)
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        inline = {policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in names}
        attached = [p["PolicyArn"] for p in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]]
        return {**iam.get_role(RoleName=name)["Role"], "Inline": inline, "Attached": attached}

    def key(self) -> str:
        """Make a KMS key in the master account; returns its ARN."""
        return str(self._onlooker("kms", MASTER).create_key()["KeyMetadata"]["Arn"])

    def grants(self, key: str) -> list[dict[str, Any]]:
        """The grants on a key."""
        pages = self._onlooker("kms", MASTER).get_paginator("list_grants").paginate(KeyId=key)
        return [grant for page in pages for grant in page["Grants"]]


def serve() -> Aws:
    """Start a server, as a context: `with serve() as aws`."""
    return Aws.start()
