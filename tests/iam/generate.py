"""Questions about generated policies, and requests that are likely to hit them; all from one seed.

A question is made around a small world: a few actions, a few ARNs of few short names, a few condition keys.  Patterns
are those texts blurred, and requests are those patterns made concrete again, so that statements meet, overlap and just
miss.  Nothing here asks the engine: what lies in a target is decided by regular expressions.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_network
from random import Random
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any
Document: TypeAlias = dict[str, Json]
Context: TypeAlias = dict[str, tuple[str, ...]]

OWN, OTHER = "111111111111", "222222222222"
NAMES = ("a", "b", "ab", "ba", "aa", "a-b", "prod", "global")
REGIONS = ("eu-west-1", "us-east-1")
PROVIDER = "token.actions.githubusercontent.com"

ACTIONS = {
    "s3": ("GetObject", "PutObject", "DeleteObject", "ListBucket", "GetBucketPolicy", "ListAllMyBuckets"),
    "ssm": ("GetParameter", "PutParameter", "GetParametersByPath", "DescribeParameters"),
    "secretsmanager": ("GetSecretValue", "PutSecretValue", "ListSecrets"),
    "dynamodb": ("GetItem", "PutItem", "Query", "ListTables"),
    "kms": ("Decrypt", "Encrypt", "CreateGrant", "ListKeys"),
    "sts": ("AssumeRole", "AssumeRoleWithWebIdentity", "TagSession", "DecodeAuthorizationMessage"),
    "iam": ("PassRole", "GetRole", "CreateUser", "ListRoles"),
}
"""Of each service some actions that name its ARNs, and one (the last) that names none."""

KINDS = {
    "s3:GetObject": "arn:aws:s3:::*/*",
    "s3:PutObject": "arn:aws:s3:::*/*",
    "s3:DeleteObject": "arn:aws:s3:::*/*",
    "s3:ListBucket": "arn:aws:s3:::*",
    "s3:GetBucketPolicy": "arn:aws:s3:::*",
    "ssm": "arn:aws:ssm:*:*:parameter/*",
    "secretsmanager": "arn:aws:secretsmanager:*:*:secret:*",
    "dynamodb": "arn:aws:dynamodb:*:*:table/*",
    "kms": "arn:aws:kms:*:*:key/*",
    "sts": "arn:aws:iam::*:role/*",
    "iam:PassRole": "arn:aws:iam::*:role/*",
    "iam:GetRole": "arn:aws:iam::*:role/*",
    "iam:CreateUser": "arn:aws:iam::*:user/*",
}
"""The ARNs that an action, or all of a service, are asked about where a question names no actions."""

Type: TypeAlias = Literal["string", "arn", "number", "date", "bool", "binary", "ip"]


@dataclass(frozen=True, slots=True)
class Key:
    """A condition key.  `fixed`: the platform gives its value; `several`: a request may have more than one."""

    name: str
    type: Type
    fixed: bool = False
    several: bool = False


KEYS = (
    Key("aws:SourceIp", "ip"),
    Key("aws:SecureTransport", "bool"),
    Key("aws:CurrentTime", "date"),
    Key("aws:MultiFactorAuthPresent", "bool"),
    Key("aws:MultiFactorAuthAge", "number"),
    Key("aws:RequestTag/team", "string"),
    Key("aws:RequestTag/env", "string"),
    Key("aws:TagKeys", "string", several=True),
    Key("s3:prefix", "string"),
    Key("s3:max-keys", "number"),
    Key("dynamodb:LeadingKeys", "string", several=True),
    Key("kms:EncryptionContext:app", "string"),
    Key("sts:ExternalId", "string"),
    Key("sts:RoleSessionName", "string"),
    Key(f"{PROVIDER}:sub", "string"),
    Key("ssm:Policies", "binary"),
    Key("aws:PrincipalOrgID", "string", fixed=True),
    Key("aws:PrincipalTag/team", "string", fixed=True),
    Key("aws:ResourceTag/team", "string", fixed=True),
    Key("aws:SourceVpc", "string", fixed=True),
    Key("aws:PrincipalOrgPaths", "string", fixed=True, several=True),
    Key("aws:SourceArn", "arn", fixed=True),
    Key("aws:PrincipalArn", "arn", fixed=True),
    Key("aws:PrincipalAccount", "string", fixed=True),
    Key("aws:ResourceAccount", "string", fixed=True),
    Key("aws:PrincipalType", "string", fixed=True),
    Key("aws:username", "string", fixed=True),
)
BY_NAME = {key.name.lower(): key for key in KEYS}

DERIVED = frozenset(
    {"aws:principalarn", "aws:principalaccount", "aws:resourceaccount", "aws:principaltype", "aws:username"}
)
"""Keys that follow from who asks for what; a question gives no facts of them."""

_COMPARED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS: dict[Type, tuple[str, ...]] = {
    "string": (
        "StringEquals",
        "StringLike",
        "StringNotEquals",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
    ),
    "arn": ("ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals", "StringLike", "StringEquals"),
    "number": tuple(f"Numeric{name}" for name in _COMPARED),
    "date": tuple(f"Date{name}" for name in _COMPARED),
    "bool": ("Bool",),
    "binary": ("BinaryEquals",),
    "ip": ("IpAddress", "NotIpAddress"),
}
"""The first ones are the ones that hold most easily, and are drawn more often."""

VARIABLES = (
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/team, 'a'}",
    "${aws:RequestTag/team}",
    "${aws:RequestTag/env, 'b'}",
    "${s3:prefix}",
    "${aws:PrincipalAccount}",
    "${*}",
    "${?}",
    "${$}",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A question to `reach`, with all that decides it.  `facts` has the keys that the platform fixes."""

    seed: int
    principal: str | dict[str, str]
    targets: tuple[str, ...]
    actions: tuple[str, ...] | None
    account: str = ""
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identity: tuple[Document, ...] = ()
    boundary: tuple[Document, ...] = ()
    session: tuple[Document, ...] = ()
    scps: tuple[tuple[Document, ...], ...] = ()
    rcps: tuple[tuple[Document, ...], ...] = ()
    resource: tuple[Document, ...] | None = ()
    endpoint: tuple[Document, ...] = ()

    def documents(self) -> Iterator[Document]:
        """Every document, whatever it is attached to."""
        yield from (*self.identity, *self.boundary, *self.session, *self.endpoint, *(self.resource or ()))
        for level in (*self.scps, *self.rcps):
            yield from level

    def row(self) -> dict[str, Json]:
        """The question as a line for `tenant-safety iam reach`."""
        row = {
            "id": str(self.seed),
            "principal": self.principal,
            "targets": list(self.targets),
            "context": {key: list(values) for key, values in self.facts.items()},
            "identity_policies": list(self.identity),
            "permission_boundaries": list(self.boundary),
            "session_policies": list(self.session),
            "scps": [list(level) for level in self.scps],
            "rcps": [list(level) for level in self.rcps],
            "endpoint_policies": list(self.endpoint),
        }
        if self.actions is not None:
            row["actions"] = list(self.actions)
        if self.resource is not None:
            row["resource_policies"] = list(self.resource)
        if self.account:
            row["resource_account"] = self.account
        return row


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a question: what its caller chooses; `context` includes the question's facts."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """A question to `new_access`: a policy before and after a change."""

    seed: int
    kind: Literal["identity", "resource", "trust"]
    reference: Document
    candidate: Document

    def whole(self) -> Case:
        """Both as if they were one question's, so that requests can be derived from them."""
        return Case(self.seed, "anonymous", ("*",), None, identity=(self.reference, self.candidate))

    def row(self) -> dict[str, Json]:
        """The question as a line for `tenant-safety iam new-access`."""
        return {"id": str(self.seed), "kind": self.kind, "reference": self.reference, "candidate": self.candidate}


# --- making questions ---


@dataclass(slots=True)
class _World:
    """What one question is about."""

    rng: Random
    service: str
    actions: tuple[str, ...]
    arns: tuple[str, ...]
    keys: tuple[Key, ...]
    account: str


def case(seed: int) -> Case:
    """The question of a seed."""
    rng = Random(seed)
    service = rng.choice(("s3", "s3", "ssm", "secretsmanager", "dynamodb", "kms", "sts", "iam"))
    cross = rng.random() < 0.25
    account = OTHER if cross else OWN
    others = rng.sample(sorted(ACTIONS), 1)
    world = _World(
        rng,
        service,
        tuple(f"{s}:{name}" for s in (service, *others) for name in ACTIONS[s]),
        tuple(_arn(rng, service, account) for _ in range(rng.randint(2, 4))),
        tuple(rng.sample(KEYS, rng.randint(2, 4))),
        account,
    )
    principal = _principal(world)
    trust = service == "sts"
    alone = service in ("kms", "sts")
    kind = _kind(principal)
    sessions = {"session": 0.25, "role": 0.25, "federated-user": 0.9}
    limited = kind in ("role", "user", "session", "federated-user")
    sided = cross or alone or kind in ("service", "federated", "anonymous") or rng.random() < 0.25
    made = Case(
        seed=seed,
        principal=principal,
        targets=tuple(dict.fromkeys(_target(world) for _ in range(rng.choice((1, 1, 2))))),
        actions=None if rng.random() < 0.4 else tuple(_action(world, 1) for _ in range(rng.choice((1, 1, 2)))),
        account=account if service == "s3" and (cross or rng.random() < 0.5) else "",
        identity=_documents(world, rng.choice((1, 1, 2, 3)), "identity") if limited or kind == "root" else (),
        boundary=_documents(world, 1, "limit") if limited and rng.random() < 0.3 else (),
        session=_documents(world, rng.choice((1, 2)), "session") if rng.random() < sessions.get(kind, 0) else (),
        scps=_levels(world, "limit") if rng.random() < 0.3 else (),
        rcps=_levels(world, "rcp") if rng.random() < 0.15 else (),
        resource=_documents(world, rng.choice((1, 1, 2)), "trust" if trust else "resource") if sided else (),
        endpoint=_documents(world, 1, "endpoint") if rng.random() < 0.1 else (),
    )
    if not sided and rng.random() < 0.02:
        made = replace(made, resource=None)
    return replace(made, facts=_facts(rng, made))


def change(seed: int) -> Change:
    """The change of a seed: the candidate is the reference with a few things changed, or another document."""
    rng = Random(seed)
    kind: Literal["identity", "resource", "trust"] = rng.choice(("identity", "identity", "resource", "trust"))
    service = "sts" if kind == "trust" else rng.choice(sorted(set(ACTIONS) - {"sts"}))
    world = _World(
        rng,
        service,
        tuple(f"{service}:{name}" for name in ACTIONS[service]),
        tuple(_arn(rng, service, OWN) for _ in range(rng.randint(2, 4))),
        tuple(rng.sample([key for key in KEYS if not key.fixed], rng.randint(1, 3))),
        OWN,
    )
    reference = _document(world, kind)
    candidate: Document = {**reference, "Statement": [dict(one) for one in _listed(reference["Statement"])]}
    for _ in range(rng.choice((0, 1, 1, 2))):
        _change(world, kind, candidate["Statement"])
    return Change(seed, kind, reference, _document(world, kind) if rng.random() < 0.1 else candidate)


def _change(world: _World, kind: "Role", statements: list[dict[str, Json]]) -> None:
    """One change of a policy, as somebody would propose it."""
    rng = world.rng
    i = rng.randrange(len(statements))
    one = statements[i]
    match rng.randrange(8):
        case 0 if len(statements) > 1:
            del statements[i]
        case 1:
            statements.append(_statement(world, kind, rng.choice(("Allow", "Allow", "Deny"))))
        case 2:
            one.pop("Condition", None)
        case 3:
            one["Condition"] = _conditions(world)
        case 4 | 5:
            for name in {"Action", "NotAction"} & set(one):
                one[name] = [*_listed(one[name])[rng.randrange(2) :], _action(world, 0)]
        case _:
            for name in {"Resource", "NotResource"} & set(one):
                one[name] = [*_listed(one[name])[rng.randrange(2) :], _resource(world, 0)]


def _kind(principal: str | dict[str, str]) -> str:
    if isinstance(principal, dict):
        return next(iter(principal))
    if principal == "anonymous":
        return principal
    parts = (":root", "root"), (":user/", "user"), (":role/", "role"), (":federated-user/", "federated-user")
    return next((kind for part, kind in parts if part in principal), "session")


def _principal(world: _World) -> str | dict[str, str]:
    rng = world.rng
    name = rng.choice(NAMES)
    usual = (
        f"arn:aws:iam::{OWN}:role/{name}",
        f"arn:aws:iam::{OWN}:role/team/{name}",
        f"arn:aws:sts::{OWN}:assumed-role/{name}/{rng.choice(NAMES)}",
        f"arn:aws:iam::{OWN}:user/{name}",
    )
    rare: tuple[str | dict[str, str], ...] = (
        f"arn:aws:iam::{OWN}:root",
        f"arn:aws:sts::{OWN}:federated-user/{name}",
        f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
        {"service": "lambda.amazonaws.com"},
        {"federated": f"arn:aws:iam::{world.account}:oidc-provider/{PROVIDER}"},
        "anonymous",
    )
    return rng.choice(usual) if rng.random() < 0.7 else rng.choice(rare)


def _arn(rng: Random, service: str, account: str) -> str:
    name, path = rng.choice(NAMES), "/".join(rng.choice((*NAMES, "a:b")) for _ in range(rng.choice((1, 1, 2))))
    head = f"arn:aws:{service}:{rng.choice(REGIONS)}:{account}:"
    match service:
        case "s3":
            return f"arn:aws:s3:::{name}" + (f"/{path}" if rng.random() < 0.7 else "")
        case "ssm":
            return f"{head}parameter/{path}"
        case "secretsmanager":
            return f"{head}secret:{path}-Ab1"
        case "dynamodb":
            return f"{head}table/{name}"
        case "kms":
            return f"{head}key/{name}"
        case "sts":
            return f"arn:aws:iam::{account}:role/{path}"
        case _:
            return f"arn:aws:iam::{account}:{rng.choice(('role', 'role', 'user'))}/{path}"


def _target(world: _World) -> str:
    rng = world.rng
    if rng.random() < 0.06:
        return rng.choice(("*", f"arn:aws:{world.arns[0].split(':')[2]}:*"))
    arn = rng.choice(world.arns)
    if rng.random() < 0.1:
        fields = arn.split(":", 5)
        arn = ":".join([*fields[:4], rng.choice(("*", f"{fields[4][:1]}*")), fields[5]])
    return arn if rng.random() < 0.25 else _blurred(rng, arn, len(":".join(arn.split(":")[:3])) + 1, gently=True)


def _blurred(rng: Random, text: str, start: int, *, gently: bool = False) -> str:
    """A pattern that mostly accepts `text`; what stands before `start` is left alone."""
    if text.startswith("arn:") and text.count(":") > 5 and rng.random() < 0.4 and not gently:
        fields = text.split(":")
        fields[4:6] = [rng.choice(("*", f"{fields[4][:2]}*"))]  # It looks as if it took both; it doesn't.
        return ":".join(fields)
    for _ in range(rng.choice((1, 1, 2, 3) if gently else (0, 1, 1, 2, 3, 4))):
        if len(text) <= start:
            break
        last = max(start, text.rfind(":") + 1)
        low = last if rng.random() < 0.75 and last < len(text) else start
        i = rng.randrange(low, len(text))
        j = rng.randint(i, min(len(text), i + 6))
        match rng.randrange(8):
            case 0 | 1:
                text = text[:i] + "*" + text[len(text) if rng.random() < 0.5 else j :]
            case 2:
                text = text[:i] + "?" + text[i + 1 :]
            case 3:
                text = text[:i] + rng.choice(("*", "**", "*?", "?*", "*?*")) + text[j:]
            case 4:
                fields = text.split(":")
                place = rng.randrange(text[:start].count(":"), len(fields))
                fields[place] = rng.choice(("*", "*", f"{fields[place]}*", f"*{fields[place][1:]}"))
                text = ":".join(fields)
            case 5:
                text += rng.choice(("*", "/*", "?"))
            case 6:
                text = text[:i] + rng.choice(NAMES) + text[j:]
            case 7:
                parts = text.split("/")
                parts[rng.randrange(1, len(parts)) if len(parts) > 1 else 0 :] = ["*"]
                text = "/".join(parts) if len(parts) > 1 and len("/".join(parts)) > start else text
    return text


def _action(world: _World, breadth: float) -> str:
    """A pattern of actions; the larger `breadth`, the wider."""
    rng = world.rng
    if rng.random() < 0.3 * breadth:
        return rng.choice(("*", f"{world.service}:*", f"{world.service}:*"))
    name = rng.choice(world.actions[: len(ACTIONS[world.service])] if rng.random() < 0.8 else world.actions)
    prefix, _, rest = name.partition(":")
    if rng.random() < 0.01:
        return rng.choice((f"{prefix}:Frobnicate", f"{prefix}:Get*Frob", "nosuch:*"))
    match rng.randrange(9):
        case 0:
            return name.swapcase()
        case 1:
            return f"{prefix}:{rest[: rng.randint(1, 4)]}*"
        case 2:
            return f"{prefix}:*{rest[-rng.randint(2, 6) :]}"
        case 3:
            i = rng.randrange(len(rest))
            return f"{prefix}:{rest[:i]}?{rest[i + 1 :]}"
        case 4:
            return f"{prefix}:*"
        case 5:
            return f"{prefix}:{rest[0]}*{rest[-1]}"
        case _:
            return name


def _resource(world: _World, breadth: float, *, whole: bool = False) -> str:
    """A pattern of ARNs; the larger `breadth`, the wider; a `whole` one has all its fields."""
    rng = world.rng
    if rng.random() < 0.25 * breadth:
        return "*"
    arn = rng.choice(world.arns) if rng.random() < 0.9 else _arn(rng, rng.choice(sorted(ACTIONS)), OWN)
    if rng.random() < 0.08 and not whole:  # Fields are missing; AWS completes them.
        fields = arn.split(":")
        cut = ":".join(fields[: rng.randint(3, 5)])
        return cut + rng.choice(("", "*", ":*"))
    pattern = _blurred(rng, arn, rng.choice((4, 8, 8, len(":".join(arn.split(":")[:3])) + 1)))
    if rng.random() < 0.1:
        i = rng.randint(pattern.rfind(":") + 1, len(pattern))
        pattern = pattern[:i] + rng.choice(VARIABLES) + pattern[i + rng.randint(0, 2) :]
    if not pattern.startswith("arn:"):
        return "*"
    return pattern + ":*" * (5 - pattern.count(":")) if whole else pattern


Role: TypeAlias = Literal["identity", "limit", "session", "rcp", "resource", "trust", "endpoint"]


def _documents(world: _World, count: int, role: Role) -> tuple[Document, ...]:
    return tuple(_document(world, role) for _ in range(count))


def _levels(world: _World, role: Role) -> tuple[tuple[Document, ...], ...]:
    return tuple(_documents(world, world.rng.choice((1, 1, 2)), role) for _ in range(world.rng.choice((1, 2, 3))))


def _document(world: _World, role: Role) -> Document:
    rng = world.rng
    count = rng.choice((1, 2, 2, 3))
    statements = [_statement(world, role, "Deny" if rng.random() < 0.25 else "Allow") for _ in range(count)]
    if role in ("limit", "session", "rcp", "endpoint") and rng.random() < 0.6:
        everything: dict[str, Json] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        principal = {"Principal": "*"} if role in ("rcp", "endpoint") else {}
        statements.insert(rng.randint(0, count), {**everything, **principal})
    found: Document = {"Statement": statements[0] if len(statements) == 1 and rng.random() < 0.3 else statements}
    return {"Version": "2012-10-17", **found} if rng.random() < 0.9 else found


def _statement(world: _World, role: Role, effect: str) -> dict[str, Json]:
    rng = world.rng
    breadth = 1.4 if effect == "Allow" else 0.2
    made: dict[str, Json] = {"Effect": effect}
    if rng.random() < 0.2:
        made["Sid"] = rng.choice(("Read", "Write", "All"))
    if role in ("resource", "trust"):
        made.update(_principals(world, effect))
    elif role in ("rcp", "endpoint"):
        made["Principal"] = "*"
    negated = rng.random() < 0.12
    made["NotAction" if negated else "Action"] = _one_or_more(rng, lambda: _action(world, 0.0 if negated else breadth))
    if role != "trust":
        negated = rng.random() < 0.12
        made["NotResource" if negated else "Resource"] = _one_or_more(
            rng, lambda: _resource(world, 0.0 if negated else breadth, whole=role == "session")
        )
    if rng.random() < 0.3:
        made["Condition"] = _conditions(world)
    return made


def _one_or_more(rng: Random, one: Callable[[], str]) -> str | list[str]:
    return one() if rng.random() < 0.4 else [one() for _ in range(rng.choice((1, 2, 2, 3)))]


def _principals(world: _World, effect: str) -> dict[str, Json]:
    rng = world.rng
    name = rng.choice(NAMES)
    accounts = (OWN, OWN, OTHER)
    kinds: tuple[Json, ...] = (
        "*",
        {"AWS": "*"},
        {"AWS": OWN},
        {"AWS": [f"arn:aws:iam::{a}:root" for a in (OWN, OTHER)]},
        {"AWS": f"arn:aws:iam::{rng.choice(accounts)}:role/{name}"},
        {"AWS": [f"arn:aws:iam::{OWN}:role/{n}" for n in NAMES[:5]] + [f"arn:aws:iam::{OWN}:user/{name}"]},
        {"AWS": [f"arn:aws:sts::{OWN}:assumed-role/{n}/{rng.choice(NAMES)}" for n in NAMES]},
        {"AWS": f"arn:aws:sts::{OWN}:federated-user/{name}", "Service": "lambda.amazonaws.com"},
        {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]},
        {"Federated": f"arn:aws:iam::{world.account}:oidc-provider/{PROVIDER}"},
    )
    element = "NotPrincipal" if effect == "Deny" and rng.random() < 0.4 else "Principal"
    kind = rng.choice(kinds)
    return {element: kind}


def _conditions(world: _World) -> dict[str, Json]:
    rng = world.rng
    made: dict[str, Json] = {}
    key: Key | None = None
    for _ in range(rng.choice((1, 1, 2, 3))):
        key = key if key and rng.random() < (0.7 if key.several else 0.4) else rng.choice(world.keys)
        if key.several and rng.random() < 0.25:  # Only more than one value satisfies both.
            one, other = rng.sample(NAMES, 2)
            made["ForAnyValue:StringEquals"], made["ForAnyValue:StringLike"] = {key.name: one}, {key.name: other}
            continue
        if rng.random() < 0.12:
            made.setdefault("Null", {})[key.name] = rng.choice(("true", "false", True, False))
            continue
        if rng.random() < 0.03:  # Compared as what it is not.
            key = replace(key, type=rng.choice(sorted(OPERATORS)))
        listed = OPERATORS[key.type]
        name = listed[0] if rng.random() < 0.3 else rng.choice(listed)
        if rng.random() < 0.2:
            name += "IfExists"
        if rng.random() < (0.85 if key.several else 0.03):
            name = f"{rng.choice(('ForAllValues', 'ForAnyValue'))}:{name}"
        values = [_wanted(world, key) for _ in range(rng.choice((1, 1, 2)))]
        made.setdefault(name, {})[key.name] = values[0] if len(values) == 1 and rng.random() < 0.6 else values
    return made


def _wanted(world: _World, key: Key) -> Json:
    """A value of a policy's condition."""
    rng = world.rng
    match key.type:
        case "arn":
            arn = f"arn:aws:iam::{OWN}:role/{rng.choice(NAMES)}" if rng.random() < 0.5 else rng.choice(world.arns)
            return _blurred(rng, arn, 4) if rng.random() < 0.7 else arn
        case "number":
            return rng.choice((0, 1, 5, "5", 5.5, "10", "1e1", -1))
        case "date":
            return rng.choice(("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-06-01", "1767225600"))
        case "bool":
            return rng.choice(("true", "true", "false", True, False))
        case "binary":
            return rng.choice(("YQ==", "YWI="))
        case "ip":
            return rng.choice(("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0"))
    if key.name in ("aws:PrincipalAccount", "aws:ResourceAccount"):
        return rng.choice((OWN, OTHER, "1*"))
    if key.name == "aws:PrincipalType":
        return rng.choice(("User", "AssumedRole", "A*", "Account"))
    if rng.random() < 0.12:
        return rng.choice(("", "a", "b")) + rng.choice(VARIABLES) + rng.choice(("", "", "/*"))
    text = rng.choice(NAMES)
    return _blurred(rng, text, 0) if rng.random() < 0.5 else text


def _facts(rng: Random, made: Case) -> dict[str, tuple[str, ...]]:
    """Values of the fixed keys that the documents ask for; of a few it is left open."""
    facts: dict[str, tuple[str, ...]] = {}
    for name, wanted in sorted(asked(made).items()):
        key = BY_NAME.get(name)
        if key is None or not key.fixed or name in DERIVED or rng.random() < 0.1:
            continue
        facts[name] = _values(rng, key, wanted) if rng.random() < 0.8 else ()
    return facts


UNKNOWN: Json = {"unknown": "later"}
"""What stands where a value is not known yet, as in rows."""


def masked(made: Case, rng: Random) -> Case:
    """The question with something of its documents not known yet: a document, a statement, an element or a value."""
    places = [
        (name, i, k)
        for name in ("identity", "boundary", "session", "resource", "endpoint", "scps", "rcps")
        for i, one in enumerate(getattr(made, name) or ())
        for k in (range(len(one)) if isinstance(one, tuple) else (None,))
    ]
    if not places:
        return made
    name, i, k = rng.choice(places)
    levels = list(getattr(made, name))
    if k is None:
        levels[i] = _masked(rng, levels[i])
    else:
        level = list(levels[i])
        level[k] = _masked(rng, level[k])
        levels[i] = tuple(level)
    return replace(made, **{name: tuple(levels)})


def _masked(rng: Random, document: Document) -> Document:
    if rng.random() < 0.1:
        return dict(UNKNOWN)
    statements = [dict(one) for one in _listed(document["Statement"])]
    i = rng.randrange(len(statements))
    one = statements[i]
    name = rng.choice([name for name in one if name != "Sid"])
    if rng.random() < 0.1:
        statements[i] = dict(UNKNOWN)
    else:
        one[name] = _masked_value(rng, one[name]) if name != "Effect" else dict(UNKNOWN)
    return {**document, "Statement": statements}


def _masked_value(rng: Random, raw: Json) -> Json:
    if rng.random() < 0.2 or not isinstance(raw, list | dict):
        return dict(UNKNOWN)
    key = rng.choice(list(raw) if isinstance(raw, dict) else range(len(raw)))
    made = dict(raw) if isinstance(raw, dict) else list(raw)
    made[key] = _masked_value(rng, raw[key])
    return made


# --- deriving requests ---

_VARIABLE = re.compile(r"\$\{\s*([^},]+?)\s*(?:,\s*'[^']*'\s*)?\}")
_LITERAL = ("${*}", "${?}", "${$}")


def asked(made: Case) -> dict[str, list[str]]:
    """The condition keys (lower case) that the documents ask for, with the values that they want."""
    found: dict[str, list[str]] = {}

    def texts(raw: Json) -> Iterator[str]:
        if isinstance(raw, dict):
            for one in raw.values():
                yield from texts(one)
        elif isinstance(raw, list):
            for one in raw:
                yield from texts(one)
        elif isinstance(raw, bool):
            yield str(raw).lower()
        else:
            yield str(raw)

    for statement in _statements(made):
        for name, keys in statement.get("Condition", {}).items():
            for key, wanted in keys.items():
                found.setdefault(key.lower(), []).extend(() if name == "Null" else texts(wanted))
        for text in texts([statement.get(name, "") for name in ("Resource", "NotResource", "Condition")]):
            for match in _VARIABLE.finditer(text):
                if match[0] not in _LITERAL:
                    found.setdefault(match[1].lower(), [])
    return found


def _statements(made: Case) -> Iterator[dict[str, Json]]:
    for document in made.documents():
        statements = document["Statement"]
        yield from statements if isinstance(statements, list) else [statements]


def _values(rng: Random, key: Key, wanted: Sequence[str]) -> tuple[str, ...]:
    """Values of a request at or beside those that policies want."""
    count = rng.choice((1, 1, 2, 3)) if key.several else 1
    return tuple(dict.fromkeys(_value(rng, key, wanted) for _ in range(count)))


_USUAL: dict[Type, tuple[str, ...]] = {
    "string": ("a", "b", "prod", "*", "a*", "?"),
    "arn": (f"arn:aws:iam::{OWN}:role/a", "arn:aws:s3:::a"),
    "number": ("1", "5"),
    "date": ("2026-01-01", "2026-06-01"),
    "bool": ("true", "false"),
    "binary": ("YQ==",),
    "ip": ("10.1.2.3", "192.0.2.1", "2001:db8::1"),
}


def _value(rng: Random, key: Key, wanted: Sequence[str]) -> str:
    if wanted and rng.random() < 0.9:
        return _beside(rng, key.type, rng.choice(wanted))
    return rng.choice(_USUAL[key.type])


def _beside(rng: Random, kind: Type, wanted: str) -> str:
    """A value at or just beside a wanted one; that itself, where it is of another type than the key."""
    try:
        return _beside_of_type(rng, kind, wanted)
    except ValueError:
        return _concrete(rng, wanted)


def _beside_of_type(rng: Random, kind: Type, wanted: str) -> str:
    match kind:
        case "number":
            return f"{float(wanted) + rng.choice((0, 0, 0, 1, -1, 0.5, -0.5)):g}"
        case "date":
            at = datetime.fromtimestamp(float(wanted), UTC) if wanted.isdecimal() else _moment(wanted)
            at += timedelta(seconds=rng.choice((0, 0, 1, -1, 86_400, -86_400)))
            return at.strftime("%Y-%m-%dT%H:%M:%SZ")
        case "bool":
            return rng.choice(("true", "true", "false"))
        case "binary":
            return rng.choice((wanted, wanted, "YQ==", "Yg=="))
        case "ip":
            network = ip_network(wanted, strict=False)
            first, last = network[0], network[-1]
            edges = [first, last]
            edges += [first - 1] if int(first) else []
            edges += [last + 1] if int(last) + 1 < 1 << network.max_prefixlen else []
            return str(rng.choice((first, first, last, *edges)))
    concrete = _concrete(rng, wanted)
    match rng.randrange(12):
        case 0:
            return concrete.swapcase()
        case 1:
            return concrete[:-1]
        case 2:
            return concrete + rng.choice(("a", "*", "/"))
        case 3:
            return wanted  # Its wildcards are only characters here.
        case _:
            return concrete


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _concrete(rng: Random, pattern: str) -> str:
    """A text that the pattern accepts: nothing, one or many characters for a star."""
    while "${" in pattern:
        found = _VARIABLE.search(pattern)
        if found is None:
            break
        value = found[0][2] if found[0] in _LITERAL else rng.choice(("a", "a", "b", "prod", OWN))
        pattern = pattern[: found.start()] + value.replace("*", "\0").replace("?", "\1") + pattern[found.end() :]
    made = []
    for char in pattern:
        if char == "*":
            made.append(rng.choice(("", "", "a", "b", "x", "/", rng.choice(NAMES), f"{rng.choice(NAMES)}/a", "a-Ab1")))
        elif char == "?":
            made.append(rng.choice("abx/1-"))
        else:
            made.append(char)
    return "".join(made).replace("\0", "*").replace("\1", "?")


def requests(made: Case, count: int, rng: Random) -> list[Asked]:
    """Requests that fall under the question; none where no resource could be found for it."""
    resources = _resources(rng, made)
    pairs = [
        (action, resource) for action in _actions(made) for resource in resources if falls_under(made, action, resource)
    ]
    wanted = asked(made)
    chosen = [BY_NAME[name] for name in sorted(wanted) if name in BY_NAME and not BY_NAME[name].fixed]
    open_keys = [
        BY_NAME[name]
        for name in sorted(wanted)
        if name in BY_NAME and BY_NAME[name].fixed and name not in made.facts and name not in DERIVED
    ]
    found = []
    if not pairs:
        return []
    for _ in range(count):
        context = dict(made.facts)
        absent = rng.choice((0.1, 0.3, 0.8))
        for key in (*chosen, *open_keys):
            if rng.random() >= absent:
                context[key.name.lower()] = _values(rng, key, wanted[key.name.lower()])
        found.append(Asked(*rng.choice(pairs), context))
    return found


def _resources(rng: Random, made: Case) -> list[str]:
    """Concrete members of the targets: of the targets' own wildcards, and of the documents' patterns."""
    patterns = [
        text
        for statement in _statements(made)
        for name in ("Resource", "NotResource")
        for text in _listed(statement.get(name, []))
        if text != "*"
    ]
    found = [_concrete(rng, target) for target in made.targets for _ in range(6)]
    found += [_concrete(rng, pattern) for pattern in patterns for _ in range(3)]
    for target in made.targets:  # The literal head of a target with the tail of a pattern.
        head = re.split(r"[*?]", target)[0]
        found += [head + _concrete(rng, pattern)[len(head) :] for pattern in patterns]
    found = [_of_an_account(rng, _completed(one)) for one in found if one.startswith("arn:aws:")]
    return [one for one in dict.fromkeys([*found, "*"]) if any(in_target(target, one) for target in made.targets)]


def _of_an_account(rng: Random, arn: str) -> str:
    """The ARN with an account that there can be."""
    fields = arn.split(":", 5)
    if fields[4] not in ("", OWN, OTHER):
        fields[4] = rng.choice((OWN, OTHER))
    if fields[2] != "s3" and not fields[4]:
        fields[4] = OWN
    return ":".join(fields)


def _completed(arn: str) -> str:
    missing = 5 - arn.count(":")
    return arn if missing <= 0 else arn + ":" * missing + "a"


def _actions(made: Case) -> list[str]:
    """Known actions that the question may be about."""
    names = [f"{service}:{name}" for service, listed in ACTIONS.items() for name in listed]
    return [name for name in names if made.actions is None or any(in_actions(one, name) for one in made.actions)]


def falls_under(made: Case, action: str, resource: str) -> bool:
    """Does the question ask about this action, which is one of those that it names, on this ARN?"""
    service, _, name = action.partition(":")
    if name == ACTIONS[service][-1]:
        return resource == "*" and "*" in made.targets
    if resource == "*":
        return False
    return made.actions is not None or in_target(KINDS.get(action) or KINDS[service], resource)


def _listed(raw: Json) -> list[Json]:
    return raw if isinstance(raw, list) else [raw]


def in_target(target: str, resource: str) -> bool:
    """Does a concrete ARN lie in a target, field by field?"""
    return _arn_regex(target).fullmatch(resource) is not None


def in_actions(pattern: str, action: str) -> bool:
    return _regex(pattern.lower()).fullmatch(action.lower()) is not None


@lru_cache(maxsize=10_000)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(_translated(pattern, "."), re.DOTALL)


@lru_cache(maxsize=10_000)
def _arn_regex(pattern: str) -> re.Pattern[str]:
    """Wildcards stay in the first five fields; fields that are missing may be anything."""
    if pattern == "*":
        return re.compile(".*", re.DOTALL)
    fields = [*pattern.split(":", 5), *["*"] * 5][:6]
    parts = [_translated(one, "[^:]" if i < 5 else ".") for i, one in enumerate(fields)]
    return re.compile(":".join(parts), re.DOTALL)


def _translated(pattern: str, char: str) -> str:
    return re.sub(r"\*+|\?|[^*?]+", lambda m: {"*": f"{char}*", "?": char}.get(m[0][0], re.escape(m[0])), pattern)
