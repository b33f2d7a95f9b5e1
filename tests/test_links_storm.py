"""Links under load and in trouble: many deployments at once while AWS fails, and engines that are killed half-way.

Nothing here asserts times; requests, records, roles and grants are counted.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader

from tenant_links import aws as links_aws
from tenant_links.claim import Claim, LinkError
from tenant_links.documents import role_name
from tenant_links.grant import CrossAccountGrantProvider
from tenant_links.lifecycle import LinkProvider
from tenant_links.subdomain import TenantSubdomainProvider
from tests import links
from tests.aws import MASTER, Aws, dns_name, load_balancer_arn, serve, zone_id
from tests.aws.journal import Entry
from tests.engine import Engine, Run, program

pytestmark = pytest.mark.engine

SEED = 2_026
ZONE_NAME = "app.example.com"
ZONE = zone_id(ZONE_NAME)
# The direct calls below make the same.
PROGRAM = """
    import pulumi

    from tenant_links import CrossAccountGrant, TenantSubdomain

    config = pulumi.Config()
    pair = {"tenant": config.require("tenant"), "environment": "prod"}
    inputs = config.require_object("inputs")
    role = CrossAccountGrant("role", **pair, **inputs["role"])
    if "data" in inputs:
        CrossAccountGrant("data", **pair, **inputs["data"])
    TenantSubdomain("name", **pair, **inputs["name"], opts=pulumi.ResourceOptions(depends_on=[role]))
"""


# What stands in AWS, and what should.

Thing: TypeAlias = tuple[str, str, str]
"""What it is, its name, and all that matters of it, without what marks its incarnation."""
Things: TypeAlias = Counter[Thing]
NONCE = "0" * 16
_MARKS = re.compile(r"\b[0-9a-f]{16}\b")


def thing(kind: str, name: str, *parts: object) -> Thing:
    text = re.sub(r"revision=\d+", "revision=1", json.dumps(parts, sort_keys=True))
    return kind, _MARKS.sub(NONCE, name), _MARKS.sub(NONCE, text)


NOTHING: Things = Counter()


def counts(things: Things) -> str:
    kinds = Counter(kind for kind, _, _ in things.elements())
    return ", ".join(f"{kinds[kind]} {kind}s" for kind in ("record", "role", "grant"))


@dataclass(frozen=True)
class Wanted:
    """A tenant's links."""

    tenant: str
    key: str = ""
    """The KMS key that the tenant may use, if any."""
    suffix: str = ""
    """Of the label."""
    grant: str = "artifacts"
    action: str = "s3:GetObject"
    use: str = "kms:Decrypt"
    stage: str = "first"
    balancer: str = "front"

    @property
    def account(self) -> str:
        return f"5{int(self.tenant[1:]):011}"

    @property
    def label(self) -> str:
        return self.tenant + self.suffix

    @property
    def owner(self) -> str:
        return f"organization/links/{self.tenant}-prod"

    @property
    def target(self) -> str:
        return str(load_balancer_arn(self.account, self.balancer))

    @property
    def objects(self) -> str:
        return f"{links.SHARED}/{self.tenant}/*"

    def inputs(self) -> dict[str, dict[str, Any]]:
        """Those of its resources: a role, perhaps a grant on the key, and a name."""
        granted = {"actions": [self.action], "resources": [self.objects], "tags": {"stage": self.stage}}
        found = {"role": {"grant": self.grant, "external_id": links.external_id(self.tenant, "prod"), **granted}}
        if self.key:
            used = {"kind": "kms", "actions": [self.use], "resources": [self.key]}
            found["data"] = {"grant": self.grant, **used}
        found["name"] = {"label": self.label, "load_balancer_arn": self.target, "ttl": 300}
        return found

    def things(self) -> Things:
        """What then stands."""
        name = Claim(self.tenant, "prod", self.account, self.owner, "name", NONCE)
        tags = [*dataclasses.replace(name, resource="role").tags(), {"Key": "stage", "Value": self.stage}]
        root = f"arn:aws:iam::{self.account}:root"
        equals = {"sts:ExternalId": links.external_id(self.tenant, "prod"), "aws:PrincipalOrgID": "o-a1b2c3d4e5"}
        callers = {"aws:PrincipalArn": [f"arn:aws:iam::{self.account}:role/*"]}
        condition = {"StringEquals": equals, "ArnLike": callers}
        trust = {"Principal": {"AWS": root}, "Action": "sts:AssumeRole", "Condition": condition}
        granted = {"Action": [self.action], "Resource": [self.objects]}
        fqdn = f"{self.label}.{ZONE_NAME}."
        found = [
            thing("record", fqdn, "A", dns_name(self.target) + "."),
            thing("record", f"_tenant-links.{fqdn}", "TXT", [f'"{name.text()}"']),
            thing(
                *("role", role_name(self.tenant, "prod", self.grant), f"/tenant-links/{self.tenant}/"),
                *(_document("Tenant", trust), {"grant": _document("Grant", granted)}, [], links.BOUNDARY),
                _words(tags),
            ),
        ]
        if self.key:
            place = f"tenant-links/{self.tenant}/prod/{self.grant}/{NONCE}/{NONCE}"
            context = {"EncryptionContextSubset": {"tenant": self.tenant}}
            found.append(thing("grant", place, root, [self.use.removeprefix("kms:")], context))
        return Counter(found)


def _document(sid: str, statement: Mapping[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [{"Sid": sid, "Effect": "Allow", **statement}]}


def _words(tags: Iterable[Mapping[str, str]]) -> list[str]:
    return sorted(f"{tag['Key']}={tag['Value']}" for tag in tags)


def standing(aws: Aws, key: str) -> Things:
    """All that is in the zone, in the master account and on the key."""
    found = []
    for (name, kind), record in aws.records(ZONE).items():
        texts = [value["Value"] for value in record.get("ResourceRecords", ())]
        found.append(thing("record", name, kind, texts or record["AliasTarget"]["DNSName"]))
    for role in (aws.role(name) for name in aws.roles(path="/")):
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        parts = role["Path"], role["AssumeRolePolicyDocument"], role["Inline"], role["Attached"], boundary
        found.append(thing("role", role["RoleName"], *parts, _words(role.get("Tags", ()))))
    for grant in aws.grants(key):
        of_grant = (grant.get(part) for part in ("Name", "GranteePrincipal", "Operations", "Constraints"))
        found.append(thing("grant", *of_grant))
    return Counter(found)


# The cloud: a zone, a key, load balancers, the registry, and what belongs to others.


@dataclass(frozen=True)
class Cloud:
    """A local AWS with what the platform has before its tenants come."""

    aws: Aws
    key: str
    registry: Path
    project: Path
    foreign: Things
    foreign_grants: frozenset[str]

    @classmethod
    def made(cls, aws: Aws, folder: Path, count: int) -> Cloud:
        """For tenants t000 to that number."""
        aws.zone(MASTER, ZONE_NAME)
        key = aws.key()
        registry = links.registry(ZONE_NAME, quarantine_days=0)
        for each in (Wanted(f"t{n:03}") for n in range(count)):
            aws.load_balancer(each.account, "front")
            prod = {"account": each.account, "external_id": links.external_id(each.tenant, "prod")}
            found = {"plan": "standard", "group": "all", "subdomain": each.tenant, "environments": {"prod": prod}}
            registry["tenants"][each.tenant] = found
        _plant(aws, key)
        aws.journal.clear()
        grants = frozenset(grant["GrantId"] for grant in aws.grants(key))
        project = program(folder, PROGRAM, name="links")
        return cls(aws, key, links.written(folder, registry), project, standing(aws, key), grants)

    def off(self, wanted: Things) -> tuple[Things, Things]:
        """What is not there as it was wanted, or as it was others'; and what is there twice or is nobody's."""
        there, right = standing(self.aws, self.key), self.foreign + wanted
        return right - there, there - right

    def trespasses(self, wanted: Things) -> list[str]:
        """Changes that were carried out on what is not of these, and everything that takes over."""
        journal, names = self.aws.journal, {name for _, name, _ in wanted}
        found = [str(change) for change in journal.actions("UPSERT")]
        found += [str(change) for change in journal.actions(committed=True) if change[1] not in names]
        for entry in journal.entries(committed=True):
            other = entry.service == "iam" and entry.params["RoleName"] not in names
            if other or entry.params.get("GrantId") in self.foreign_grants:
                found.append(f"{entry.operation} {entry.params}")
        return found


def _plant(aws: Aws, key: str) -> None:
    """What others have in the same zone, in the same account and on the same key."""
    absent = Wanted("t900")  # It has a name and a role, and is not deployed here.
    claim = Claim("t900", "prod", absent.account, absent.owner, "name", "1" * 16)
    texts = {
        ("www.", "A"): "192.0.2.1",
        ("", "MX"): "10 mail.example.net.",
        ("", "TXT"): '"v=spf1 -all"',
        ("t000.", "MX"): "10 mail.example.net.",
        ("_acme-challenge.t000.", "TXT"): '"a certificate of the tenant"',
        ("t0000.", "A"): "192.0.2.2",
        ("t900.", "A"): "192.0.2.3",
        ("_tenant-links.t900.", "TXT"): f'"{claim.text()}"',
        ("_tenant-links.t901.", "TXT"): '"v=tl9 of a later version"',
    }
    for (label, kind), text in texts.items():
        record = {"Name": f"{label}{ZONE_NAME}.", "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": text}]}
        aws.change(ZONE, ("CREATE", record))
    iam, root = aws.client("iam"), f"arn:aws:iam::{absent.account}:root"
    trust = json.dumps(_document("Tenant", {"Principal": {"AWS": root}, "Action": "sts:AssumeRole"}))
    policy = json.dumps(_document("Grant", {"Action": "s3:GetObject", "Resource": absent.objects}))
    role, claimed = role_name("t900", "prod", "artifacts"), dataclasses.replace(claim, resource="role").tags()
    for name, path, tags in (("t000-prod-artifacts", "/team/", []), (role, "/tenant-links/t900/", claimed)):
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust, Tags=tags)
        iam.put_role_policy(RoleName=name, PolicyName="grant", PolicyDocument=policy)
    for name in ("a-team", f"tenant-links/t900/prod/artifacts/{'1' * 16}/{'2' * 16}"):
        aws.client("kms").create_grant(KeyId=key, GranteePrincipal=root, Operations=["Decrypt"], Name=name)


# Deployments: by the calls that the engine's plugin gets, and by the engine.


class Direct:
    """A deployment by providers of its own, with clients of its own if it is given none."""

    def __init__(self, cloud: Cloud, wanted: Wanted, accounts: links_aws.Accounts | None = None) -> None:
        grants = links.configured(CrossAccountGrantProvider, cloud.registry, accounts)
        subdomains = links.configured(TenantSubdomainProvider, cloud.registry, grants.accounts)
        pair = {"tenant": wanted.tenant, "environment": "prod", "owner": wanted.owner}
        self.inputs: dict[str, tuple[LinkProvider, dict[str, Any]]] = {
            resource: (subdomains if resource == "name" else grants, {**pair, **inputs, "resource": resource})
            for resource, inputs in wanted.inputs().items()
        }
        self.made: dict[str, tuple[str, dict[str, Any]]] = {}

    def __call__(self, command: str) -> str:
        """`up` or `destroy`, from where the last one has stopped; returns what went wrong."""
        try:
            self.up() if command == "up" else self.destroy()
        except LinkError as error:
            return str(error)
        return ""

    def up(self) -> None:
        for resource, (provider, inputs) in self.inputs.items():
            if resource not in self.made:
                checked = provider.check({}, inputs)
                assert [] == [failure.reason for failure in checked.failures]
                made = provider.create(checked.inputs)
                self.made[resource] = made.id, made.outs or {}

    def destroy(self) -> None:
        for resource in reversed(list(self.made)):
            self.inputs[resource][0].delete(*self.made[resource])
            del self.made[resource]


@dataclass(frozen=True)
class Moment:
    """When a command is killed: while AWS holds the answer to a change, carried out or not; or soon after a request."""

    change: str = ""
    after: bool = True
    request: int = 0
    wait: float = 0.0

    @classmethod
    def drawn(cls, requests: int, draw: random.Random) -> Moment:
        return cls(request=draw.randrange(1, requests), wait=draw.uniform(0, 0.3))


@dataclass
class Killed:
    """A command that was cut short, and what it left."""

    phase: str
    moment: Moment
    fell: bool
    """Whether it still ran then."""
    locked: bool
    pending: tuple[str, ...]
    """What the state calls unfinished: creating, updating, deleting."""
    lost: Things = field(default_factory=Counter)
    more: Things = field(default_factory=Counter)
    """Doubled, or left; both after the next command."""


class Stack:
    """A deployment by the engine."""

    def __init__(self, cloud: Cloud, folder: Path, wanted: Wanted, moments: Mapping[str, Moment] | None = None) -> None:
        environment = {**cloud.aws.environment(), "TENANT_LINKS_REGISTRY": str(cloud.registry)}
        self.engine = Engine(folder / wanted.tenant, {}, timeout=600, env=environment)
        self.cloud, self.aws, self.wanted = cloud, cloud.aws, wanted
        self.at = cloud.project, f"{wanted.tenant}-prod"
        self.moments = dict(moments or {})
        self.kills: list[Killed] = []

    def __call__(self, command: str) -> str:
        """`up` or `destroy`, the first time killed at its moment if it has one; returns what went wrong."""
        if command in self.moments:
            self.kill(command, self.moments.pop(command))
        run = self.run(command)
        return run.errors if run.exit_code else ""

    def run(self, command: str, *flags: str) -> Run:
        skip: dict[str, Any] = {"skip_preview": True} if command == "up" else {}
        run: Run = getattr(self.engine, command)(*self.at, config=self.config(), flags=flags, **skip)
        return run

    def config(self) -> dict[str, str]:
        return {"links:tenant": self.wanted.tenant, "links:inputs": json.dumps(self.wanted.inputs())}

    def done(self, command: str, *flags: str) -> Run:
        run = self.run(command, *flags)
        assert run.exit_code == 0, (self.kills, run.errors)
        return run

    def cancel(self) -> None:
        self.engine.cancel(*self.at)

    def pending(self) -> tuple[str, ...]:
        state = self.engine.state(*self.at)["deployment"]
        return tuple(sorted(operation["type"] for operation in state.get("pending_operations") or ()))

    def kill(self, phase: str, moment: Moment, *, cancel: bool = True) -> None:
        """Start what the phase does, and kill engine, plugins and program at the moment; then take the lock away.

        The journal must be cleared before.
        """
        command = "destroy" if phase == "destroy" else "up"
        started = self.engine.start(command, *self.at, config=self.config())

        def until(reached: Callable[[], bool]) -> bool:
            while started.runs and not reached():
                time.sleep(0.02)
            return bool(started.runs)

        if moment.change:
            change, _, number = moment.change.partition("#")
            service, _, operation = change.partition("/")
            earlier = int(number or 1) - 1
            until(lambda: self.aws.journal.count(service, operation, committed=True) >= earlier)
            rule = self.aws.faults.timeout(service, operation, after=moment.after, count=1, seconds=60)
            fell = until(lambda: self.aws.faults.struck(rule) > 0)
            assert fell, f"{phase} ended and never asked for {moment.change}"
        else:
            asked = self.requests()
            until(lambda: next(asked) >= moment.request)
            time.sleep(moment.wait)
            fell = started.runs
        started.kill()
        locked = self.engine.locked()
        if locked and cancel:
            self.cancel()
        self.kills.append(Killed(phase, moment, fell, locked, self.pending()))

    def look(self, wanted: Things) -> None:
        """Whether what the last kill has left is in order by now."""
        lost, more = self.cloud.off(wanted)
        self.kills[-1].lost += lost
        self.kills[-1].more += more

    def requests(self) -> Iterator[int]:
        """How many requests have named this tenant so far."""
        read = asked = 0
        while True:
            fresh = self.aws.control("journal", after=read)
            read += len(fresh)
            asked += sum(self.wanted.tenant in str(entry["params"]) for entry in fresh)
            yield asked


# The storm.


@dataclass(frozen=True)
class Size:
    """How many deployments, how many of them by the engine, how many of these are killed in `up` and in `destroy`."""

    deployments: int
    engines: int
    killed: int
    limits: Mapping[str, tuple[float, float]]
    """Those that are not AWS's own."""

    def deployments_of(self, cloud: Cloud, folder: Path, *, calm: bool) -> dict[Wanted, Direct | Stack]:
        """Each fourth tenant has a grant on the key.  Where it is calm, nobody is killed and clients are shared."""
        draw, spread = random.Random(SEED), self.deployments // self.engines
        accounts = links.configured(CrossAccountGrantProvider, cloud.registry).accounts if calm else None
        made: dict[Wanted, Direct | Stack] = {}
        for number in range(self.deployments):
            wanted = Wanted(f"t{number:03}", cloud.key if number % 4 == 0 else "")
            engine, rest = divmod(number, spread)
            moments = {"up": Moment.drawn(5, draw), "destroy": Moment.drawn(8, draw)}
            if rest == 0 and engine < self.engines:
                made[wanted] = Stack(cloud, folder, wanted, {} if calm or engine >= self.killed else moments)
            else:
                made[wanted] = Direct(cloud, wanted, accounts)
        return made


SHARE = 0.3
WHOLE = Size(150, 16, 8, {})
# So few exceed a tighter limit only, and on a slow machine not even that: what the limits refuse is told, not demanded.
SMALL = Size(20, 2, 1, {"route53": (4, 8)})


@contextlib.contextmanager
def real_pace(aws: Aws) -> Iterator[None]:
    """Let virtual time pass as real time does: botocore's back-off is real, so must be what it waits for.

    A step of virtual time a request would not do: it makes limits a matter of how many requests there are, and who
    waits, as an adaptive client does, would wait for nothing.
    """
    over = threading.Event()

    def tick() -> None:
        last = time.monotonic()
        while not over.wait(0.05):
            now = time.monotonic()
            aws.clock.advance(now - last)
            last = now

    ticker = threading.Thread(target=tick)
    aws.clock.step(0)
    ticker.start()
    try:
        yield
    finally:
        over.set()
        ticker.join()


def strike(aws: Aws) -> None:
    """Let three of ten requests fail, of all services but STS: at once, before the change or after it; four hang.

    Besides, reads of IAM lag, and a change keeps its zone busy for others.
    """
    each = 1 - (1 - SHARE) ** (1 / 5)
    faults = aws.faults
    faults.seed(SEED)
    for after in (False, True):
        faults.timeout("route53", "ChangeResourceRecordSets", after=after, count=2, probability=0.2, seconds=3)
    faults.prior(probability=each)
    for name in ("route53/ListResourceRecordSets", "iam", "elbv2", "kms"):
        service, _, operation = name.partition("/")
        faults.throttle(service, operation, probability=each)
    for service in ("route53", "iam", "elbv2", "kms"):
        faults.error(service, probability=each)
        faults.error(service, after=True, status=500, probability=each)
        faults.reset(service, probability=each)
        faults.reset(service, after=True, probability=each)
    faults.stale("GetRole", probability=0.1, count=20)
    aws.settings(zone_busy=0.05)


@dataclass(frozen=True)
class Phase:
    """One command of all deployments at once: its requests, but those to STS, which no fault strikes."""

    entries: tuple[Entry, ...]
    again: tuple[str, ...]
    """What was run again, by what it failed with."""
    seconds: float

    @classmethod
    def of(cls, cloud: Cloud, command: str, deployments: Iterable[Direct | Stack]) -> Phase:
        """Run all at once.  One that failed is run again, as CI would, up to twice."""
        cloud.aws.journal.clear()
        start, left, again = time.monotonic(), list(deployments), list[str]()
        with ThreadPoolExecutor(len(left)) as pool:
            for _ in range(3):
                told = list(pool.map(lambda one: one(command), left))
                left = [one for one, what in zip(left, told, strict=True) if what]
                again += [what.strip() for what in told if what]
        assert [] == left, again
        entries = tuple(entry for entry in cloud.aws.journal.entries() if entry.service != "sts")
        return cls(entries, tuple(again), time.monotonic() - start)

    @property
    def struck(self) -> int:
        return sum(bool(entry.fault) for entry in self.entries)

    @property
    def refused(self) -> Counter[str]:
        """By a limit or since the zone was busy, without a fault."""
        codes = (entry.code.removesuffix("Exception") for entry in self.entries if not entry.fault)
        return Counter(code for code in codes if code in ("Throttling", "PriorRequestNotComplete"))

    @property
    def accepted(self) -> int:
        """What no limit refused."""
        return len(self.entries) - self.refused.total()

    @property
    def answered(self) -> int:
        """What no fault struck either: where nothing fails, what is needed."""
        return self.accepted - self.struck

    def line(self, name: str, needed: int) -> str:
        services, faults = (Counter(getattr(e, part) for e in self.entries) for part in ("service", "fault"))
        faults.pop("", None)
        made = len(self.entries)
        return (
            f"  {name}: needed {needed}, made {made}, answered {self.answered}, struck {self.struck} "
            f"{dict(sorted(faults.items()))}, refused {dict(self.refused)}; answered/needed "
            f"{self.answered / needed:.2f}, with struck ones {self.accepted / needed:.2f}, all "
            f"{made / needed:.2f}; {dict(sorted(services.items()))}; run again {len(self.again)} {self.again}; "
            f"{self.seconds:.0f} s"
        )


@pytest.mark.parametrize("size", [pytest.param(SMALL, id="20"), pytest.param(WHOLE, id="150", marks=pytest.mark.long)])
def test_concurrent_deployments_on_one_zone_and_one_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Callable[[str], None], size: Size
) -> None:
    """All get their links and others keep theirs, while three of ten requests fail, limits are met and engines die."""
    loader = Loader()

    def session() -> boto3.Session:
        """Clients have their own connections and their own pace; the models that they are made of are read once."""
        core = botocore.session.get_session()
        core.register_component("data_loader", loader)
        return boto3.Session(botocore_session=core)

    monkeypatch.setattr(links_aws, "boto3", SimpleNamespace(Session=session))

    with serve() as aws, links.acting(aws):
        cloud = Cloud.made(aws, tmp_path, size.deployments)
        # What it takes where nothing fails, and the default step of the clock keeps all limits away.
        calm = size.deployments_of(cloud, tmp_path / "calm", calm=True).values()
        phases = {command: Phase.of(cloud, command, calm) for command in ("up", "destroy")}
        assert [0, 0] == [phase.struck + phase.refused.total() for phase in phases.values()]
        needed = {command: phase.answered for command, phase in phases.items()}

        for name, limit in size.limits.items():
            aws.limit(name, *limit)
        strike(aws)
        deployments = size.deployments_of(cloud, tmp_path / "storm", calm=False)
        wanted = Counter(each for one in deployments for each in one.things())
        with real_pace(aws):
            phases = {"up": Phase.of(cloud, "up", deployments.values())}
            off, trespasses = cloud.off(wanted), cloud.trespasses(wanted)
            phases["destroy"] = Phase.of(cloud, "destroy", deployments.values())
        left = cloud.off(NOTHING)
        trespasses += cloud.trespasses(wanted)

    kills = [kill for one in deployments.values() if isinstance(one, Stack) for kill in one.kills]
    summary = (
        f"{size.deployments} deployments ({size.engines} by the engine, of which {sum(k.fell for k in kills)} "
        f"commands were killed), seed {SEED}: of {counts(wanted)}, {off[0].total()} lost, {off[1].total()} "
        f"doubled; foreign touched {len(trespasses)}; after destroy {counts(left[1])}"
    )
    tell("\n".join([summary, *(phase.line(name, needed[name]) for name, phase in phases.items())]))
    assert (NOTHING, NOTHING) == off
    assert (NOTHING, NOTHING) == left
    assert [] == trespasses
    assert 2 * size.killed == len(kills)
    for name, phase in phases.items():
        assert size is SMALL or phase.refused["Throttling"] > 0
        assert phase.struck >= 0.25 * phase.accepted
        assert phase.answered <= 1.3 * needed[name]
        # Where three of ten fail, each request that is needed costs 1 / (1 - 0.3) at the least; what the limits refuse
        # comes on top of it, and is for the retries' back-off to keep low.
        assert phase.accepted <= 1.3 * needed[name] / (1 - SHARE)
        assert len(phase.entries) <= 3 * needed[name]


# Kills.

_RECORDS = "route53/ChangeResourceRecordSets"
_MADE = ("iam/CreateRole", "iam/PutRolePolicy", "kms/CreateGrant", _RECORDS)
_GONE = ("kms/RevokeGrant", "iam/DeleteRolePolicy", "iam/DeleteRole")
CHANGES = {
    "create": _MADE,
    "update": ("iam/TagRole", "iam/PutRolePolicy", "kms/CreateGrant", "kms/RevokeGrant", _RECORDS),
    "replace": (*_MADE, f"{_RECORDS}#2", *_GONE),
    "destroy": (_RECORDS, *_GONE),
}
"""What each phase of a link's life changes: `#2` is the second change of its kind, which takes the old name away."""
REQUESTS = {"create": 5, "update": 9, "replace": 13, "destroy": 8}
"""How many requests of a phase name the tenant."""
LANES = 3
"""How many stacks live at once, each in a cloud of its own: an engine waits more than it works."""
Life: TypeAlias = Mapping[str, Moment]
"""A moment for each phase."""


def lives() -> list[Life]:
    """Every change of every phase, with the kill after it and before it, and random moments where a phase has fewer."""
    draw = random.Random(SEED)
    moments = {
        phase: [Moment(change, after) for change in changes for after in (True, False)]
        for phase, changes in CHANGES.items()
    }
    count = max(map(len, moments.values()))
    for phase, found in moments.items():
        found += [Moment.drawn(REQUESTS[phase], draw) for _ in range(count - len(found))]
        draw.shuffle(found)
    return [dict(zip(moments, each, strict=True)) for each in zip(*moments.values(), strict=True)]


def live(stack: Stack, life: Life, *, back: bool) -> list[Killed]:
    """Create, update, replace and destroy, each of them killed.

    `back`: what a killed `destroy` has left is made whole first, which takes a look at what there is: the state still
    has what was deleted last.
    """
    first = stack.wanted
    changed = {"stage": "second", "action": "s3:GetObjectTagging", "use": "kms:Encrypt", "balancer": "second"}
    second = dataclasses.replace(first, **changed)
    third = dataclasses.replace(second, suffix="-prod", grant="other")
    for phase, wanted in (("create", first), ("update", second), ("replace", third), ("destroy", third)):
        stack.wanted = wanted
        stack.aws.journal.clear()
        stack.kill(phase, life[phase])
        if phase != "destroy" or back:
            stack.done("up", *(["--refresh"] if phase == "destroy" else []))
            stack.look(wanted.things())
            ops = {step.op for step in stack.done("up").steps if step.name in ("role", "data", "name")}
            assert {"same"} == ops, stack.kills[-1]
    stack.done("destroy")
    stack.look(NOTHING)
    return stack.kills


def _lane(folder: Path, own: Mapping[int, Life]) -> list[Killed]:
    """Some lives, one after the other, in a cloud of their own."""
    folder.mkdir()
    with serve() as aws:
        cloud = Cloud.made(aws, folder, 1)
        first = Wanted("t000", cloud.key)
        aws.load_balancer(first.account, "second")
        stacks = {number: Stack(cloud, folder / str(number), first) for number in own}
        return [kill for number, one in stacks.items() for kill in live(one, own[number], back=number % 2 == 0)]


@pytest.mark.parametrize("count", [1, pytest.param(16, marks=pytest.mark.long)])
def test_killed_engines_lose_and_double_nothing(tmp_path: Path, tell: Callable[[str], None], count: int) -> None:
    """Whatever a command was doing when it was killed: the next one goes on from there."""
    start, every = time.monotonic(), list(enumerate(lives()))[:count]
    lanes = {tmp_path / str(lane): dict(every[lane::LANES]) for lane in range(min(LANES, count))}

    with ThreadPoolExecutor(LANES) as pool:
        kills = [kill for told in pool.map(_lane, lanes.keys(), lanes.values()) for kill in told]

    fell = [kill for kill in kills if kill.fell]
    phases, pending = Counter(kill.phase for kill in fell), Counter(kind for kill in fell for kind in kill.pending)
    tell(
        f"{len(fell)} kills, seed {SEED}: {dict(phases)}; {sum(not kill.moment.change for kill in fell)} at "
        f"random; locks left {sum(kill.locked for kill in fell)}; pending then {dict(pending)}; lost "
        f"{sum(kill.lost.total() for kill in kills)}, doubled or left after destroy "
        f"{sum(kill.more.total() for kill in kills)}; {time.monotonic() - start:.0f} s"
    )
    assert [] == [kill for kill in kills if kill.lost or kill.more]
    assert 4 * count == len(kills)
    assert all(kill.locked for kill in fell if kill.moment.change)


def test_what_an_operator_does_after_a_kill(tmp_path: Path) -> None:
    """`cancel`, and the same once more: before a `destroy` too, since the state does not know what was made last.

    Of what was deleted last the state does not know either, and `up` believes it; `up --refresh` sees it.
    """
    with serve() as aws:
        cloud = Cloud.made(aws, tmp_path, 1)
        stack = Stack(cloud, tmp_path, Wanted("t000"))

        stack.kill("create", Moment("iam/CreateRole"), cancel=False)
        locked = stack.run("up")
        stack.cancel()
        assert "the stack is currently locked by 1 lock(s)" in locked.errors

        stack.done("destroy")
        assert "0 records, 1 roles, 0 grants" == counts(cloud.off(NOTHING)[1])

        warned = "\n".join(message.message for message in stack.done("up").diagnostics)
        assert "pending operations from previous deployment" in warned
        assert (NOTHING, NOTHING) == cloud.off(stack.wanted.things())

        assert {"creating"} == set(stack.pending())
        stack.done("refresh", "--clear-pending-creates")
        assert () == stack.pending()

        stack.kill("destroy", Moment(_RECORDS))
        assert "same" == stack.done("up").step("name").op
        assert "0 records, 1 roles, 0 grants" == counts(cloud.off(NOTHING)[1])
