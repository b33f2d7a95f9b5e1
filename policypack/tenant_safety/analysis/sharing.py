"""Who outside of a stack's accounts is let in by its resources, and where its data and networks lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from ..iam import (
    ANONYMOUS,
    Atom,
    Attached,
    Caller,
    Document,
    Policies,
    Reach,
    Statement,
    Symbolic,
    Unknown,
    administrator_policy,
    caller,
    matches,
    members,
    reach,
)
from ..model import Admission, Crossing, LogSink, Maybe, Provider, PublicBlock, Verdict
from .index import Index, known
from .links import account_of

if TYPE_CHECKING:
    from ..tenancy import Judged, Registry

Whom = Literal["everyone", "service", "organization", "foreign"]

NOBODY = "000000000000"
"""An account that nobody has: it stands for any that is not named."""
_NO_ORGANIZATION = "o-0000000000"

_LOAD_BALANCERS = frozenset(
    (
        *(
            "127311923021",
            "033677994240",
            "027434742980",
            "797873946194",
            "098369216593",
            "754344448648",
            "589379963580",
        ),
        *(
            "718504428378",
            "383597477331",
            "600734575887",
            "114774131450",
            "783225319266",
            "582318560864",
            "985666609251",
        ),
        *(
            "054676820928",
            "156460612806",
            "652711504416",
            "635631232127",
            "009996457667",
            "897822967062",
            "076674570225",
        ),
        *("507241528517", "048591011584", "190560391635", "638102146993", "037604701340"),
    )
)
"""The accounts of AWS's load balancers, which write access logs.

Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
"""

_BY_PATH = "logdelivery.elasticloadbalancing.amazonaws.com"
"""The service writes each account's logs under `AWSLogs/ACCOUNT/`, and no prefix may have that in it.

Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
"""
_LOGS = "/AWSLogs/"

_UNCONDITIONED = {"events.amazonaws.com": "sns:"}
"""Services that send no source to the services of those actions, so that a condition would stop them altogether.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

_ADDRESSES = ("9.9.9.9", "73.1.1.1", "151.1.1.1", "201.1.1.1", "2a00::1")
"""Addresses of strangers, some in each part of the internet: a policy for wider ranges than offices have admits one."""


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody outside, of whom nothing but the account and the organization is known.

    `service`: the service of AWS that acts for it.  `roles`: patterns of the names of roles that it can be.  Without an
    account it is anonymous; in one of the stack's own it has no policies but the resource's.
    """

    whom: Whom
    name: str
    account: str
    organization: str
    service: str = ""
    roles: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody outside whom a resource lets in, or may."""

    admission: Admission
    whom: Whom
    who: str
    reach: Reach

    @property
    def verdict(self) -> Verdict:
        return verdict(self.reach)

    @property
    def why(self) -> str:
        """What lets in whom, and to do what, as far as it may be shown."""
        may, found = "lets in" if self.verdict == "violated" else "may let in", self.reach.witness
        if self.reach.secret:
            return f"{self.admission.label}, which is secret, {may} somebody else"
        if self.admission.form != "policy" or found is None:
            return f"{self.admission.label} {may} {self.who}"
        through = " and ".join(cause.statement for cause in found.by if cause.source != _CALLERS)
        return f"{self.admission.label} {may} {self.who}, to call {found.action}, through {through}"


def verdict(answer: Reach) -> Verdict:
    """What it means for a rule that somebody is let in, or may be."""
    return "violated" if answer.verdict == "reachable" else "undetermined"


_CALLERS = "the caller's own policies"


class Sides:
    """Which accounts are the stack's own side, and whose the others are."""

    def __init__(self, index: Index, registry: Registry, judged: Judged) -> None:
        self.index = index
        self.registry = registry
        self.judged = judged

    @cached_property
    def pairs(self) -> dict[str, str]:
        """The pair of each tenant's account."""
        return {
            about.account: f"{name}-{environment}"
            for name, tenant in self.registry.tenants.items()
            for environment, about in tenant.environments.items()
        }

    @cached_property
    def own(self) -> frozenset[str]:
        """The stack's accounts and the platform's.  What the platform gives its tenants is its own business; in a stack
        of its own for one pair that is this pair.
        """
        named = "-".join(self.judged.pair) if self.judged.pair else None
        given = [each for each, pair in self.pairs.items() if not self.judged.plan and named in (None, pair)]
        return frozenset((*self.judged.accounts, *self.registry.platform.accounts, *given)) | _LOAD_BALANCERS

    @property
    def is_platform(self) -> bool:
        """A stack of the platform's for all tenants, which may be open to its organization."""
        return self.judged.plan is None and self.judged.pair is None

    def whose(self, account: str) -> str:
        """An account and whose it is."""
        return f"account {account} ({self.pairs.get(account, 'which the registry does not have')})"

    @cached_property
    def _is_pinned(self) -> bool:
        """Do all of the stack's providers act in its accounts?"""
        accounts = [provider.accounts for provider in self.index.of(Provider)]
        return bool(accounts) and all(
            not isinstance(each, Unknown) and each and self.own.issuperset(each) for each in accounts
        )

    def made_here(self, urns: Iterable[str]) -> bool:
        """Does something surely come from resources of this stack, in its accounts?"""
        made = list(urns)
        return bool(made) and self._is_pinned and all(_is_aws(urn) for urn in made)

    def has_bucket(self, arn: str) -> bool:
        """Is a bucket made here?"""
        return arn.removeprefix("arn:aws:s3:::").split("/", 1)[0] in self._buckets

    @cached_property
    def _buckets(self) -> frozenset[str]:
        return frozenset(known(sink.name) for sink in self.index.of(LogSink) if sink.at.type.startswith("aws:s3/"))


def _is_aws(urn: str) -> bool:
    """Is it a resource of AWS whose outputs are of its own account?"""
    kind = "".join(urn.split("::", 3)[2:3]).rpartition("$")[2]
    return kind.startswith("aws:") and not kind.startswith(("aws:organizations/", "aws:ram/"))


def admitted(index: Index, sides: Sides) -> Iterator[Admitted]:
    """Each outsider whom a resource of the stack lets in, or may; of what arrived earlier it was told then."""
    for admission in index.of(Admission):
        if index.stack.arrived in ("", admission.at.urn):
            blocked = _is_blocked(index, admission)
            yield from (each for each in _admitted(admission, sides) if not (blocked and each.whom == "everyone"))


_SOMEBODY: dict[Whom, str] = {
    "everyone": "anybody",
    "service": "a service for any account",
    "organization": "any member of the organization",
    "foreign": "another account",
}


def _admitted(admission: Admission, sides: Sides) -> Iterator[Admitted]:
    document = admission.document
    if isinstance(document, Unknown):
        for whom, who in _SOMEBODY.items():
            yield Admitted(admission, whom, who, Reach("undetermined", missing=(document,)))
        return
    users = {value for s in _allows(document) for kind, value in s.principals or () if kind == "CanonicalUser"}
    for user in sorted(user for user in users if isinstance(user, str)):
        missing = (Unknown(f"the account of the canonical user {user}"),)
        yield Admitted(admission, "foreign", "a canonical user", Reach("undetermined", missing=missing))
    question = Question(admission, plain(document, sides), sides)
    sure: list[Admitted] = []
    unsure: dict[Whom, Admitted] = {}
    done: set[tuple[str, str]] = set()
    for outsider in question.outsiders():
        account = outsider.account if outsider.whom == "foreign" else ""
        wider = {(outsider.service, "")}
        wider |= {("", ""), ("", account)} if outsider.service == _ANY_SERVICE else set()
        if done & wider:
            continue  # Whoever lets in all of them lets in this one.
        answer = question.ask(outsider)
        found = Admitted(admission, outsider.whom, outsider.name, answer)
        if answer.verdict == "reachable":
            sure.append(found)
            done.add((outsider.service, account))
        elif answer.verdict == "undetermined":
            unsure.setdefault(outsider.whom, found)
    yield from sure
    yield from (found for whom, found in unsure.items() if all(each.whom != whom for each in sure))


_ANY_SERVICE = "service.amazonaws.com"
"""It stands for any service, where a policy names none."""


@dataclass(frozen=True)
class Question:
    """A policy, of which it is asked whom it lets in."""

    admission: Admission
    document: Document
    sides: Sides
    denied: tuple[Attached, ...] = ()
    """What whoever asks is kept from, since it may have that anyhow."""

    def outsiders(self) -> Iterator[Outsider]:
        """Everybody, then narrower ones, as far as the policy can tell them apart."""
        services = self._services
        yield Outsider("everyone", _SOMEBODY["everyone"], "", "")
        yield Outsider("everyone", _SOMEBODY["everyone"], NOBODY, _NO_ORGANIZATION)
        for service in services:
            yield Outsider("service", _through(service, "any account"), NOBODY, _NO_ORGANIZATION, service)
        for organization in self._organizations:
            for service in ("", *services):
                name = f"any member of {organization}"
                yield Outsider("organization", _through(service, name), NOBODY, organization, service)
        if self._has_unknown:
            for service in ("", *services):
                yield Outsider("foreign", _through(service, _SOMEBODY["foreign"]), NOBODY, _NO_ORGANIZATION, service)
        for account in sorted(self.accounts - self.sides.own - {NOBODY}):
            for service in ("", *services):
                name = _through(service, self.sides.whose(account))
                yield Outsider("foreign", name, account, self.sides.registry.platform.organization, service)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        """What is said of who asks: principals and values of conditions.  Whom a Deny leaves out may be let in."""
        conditions = [condition for statement in self.document.statements for condition in statement.conditions]
        return (*self._principals, *(str(text) for condition in conditions for text in condition.known))

    @cached_property
    def _principals(self) -> tuple[str, ...]:
        principals = [each for statement in self.document.statements for each in statement.principals or ()]
        return tuple(str(value) for _, value in principals if isinstance(value, str))

    @property
    def accounts(self) -> set[str]:
        """Those that are named; of patterns of accounts one each."""
        named = {account for text in self._texts for account in _ACCOUNT.findall(text)}
        owners = {text.split(":")[4] if text.count(":") >= _FIELDS - 1 else text for text in self._texts}
        return named | {
            found[0].replace("?", "0") for owner in owners if (found := _ACCOUNTS.fullmatch(_widest(owner)))
        }

    @property
    def _organizations(self) -> tuple[str, ...]:
        """The platform's, which the platform's own stacks may be open to, and any that is named."""
        own = self.sides.registry.platform.organization
        named = {organization for text in self._texts for organization in _ORGANIZATION.findall(text)} - {own}
        return (*(() if self.sides.is_platform else (own,)), *sorted(named))

    @property
    def _has_unknown(self) -> bool:
        return any(statement.missing for statement in _allows(self.document))

    @cached_property
    def _services(self) -> tuple[str, ...]:
        """The services that are named; where others may be meant, any."""
        principals = [each for statement in _allows(self.document) for each in statement.principals or ()]
        named = {value for kind, value in principals if kind == "Service" and isinstance(value, str)}
        others = any(value == "*" or isinstance(value, Unknown) for _, value in principals)
        others = others or any(statement.not_principals for statement in _allows(self.document))
        return (*sorted(named - {"*"}), *((_ANY_SERVICE,) if others else ()))

    def ask(self, outsider: Outsider) -> Reach:
        """Is the outsider let in, to do anything?"""
        return self.reaches(outsider, self.targets(outsider), self.actions(outsider))

    def targets(self, outsider: Outsider) -> tuple[str, ...]:
        """What the Allows are about."""
        return tuple(dict.fromkeys(self._targets(self._document(outsider))))

    def actions(self, outsider: Outsider) -> tuple[str, ...] | None:
        """What the Allows let somebody do."""
        return self._actions(self._document(outsider))

    def reaches(self, outsider: Outsider, targets: tuple[str, ...], actions: tuple[str, ...] | None) -> Reach:
        """Is the outsider let in to a target, in one of the guises that it can take?"""
        possible = Reach("unreachable")
        document = self._document(outsider)
        for who in self._callers(outsider) if targets else ():
            for facts, doubt in self._facts(outsider, document):
                answer = self._reach(document, who, targets, actions, facts)
                if answer.verdict == "reachable" and doubt is not None:
                    answer = replace(answer, verdict="undetermined", missing=(doubt,))
                if answer.verdict == "reachable":
                    return answer
                possible = answer if possible.verdict == "unreachable" else possible
        return possible

    def _reach(
        self,
        document: Document,
        who: Caller,
        targets: tuple[str, ...],
        actions: tuple[str, ...] | None,
        facts: dict[str, tuple[str, ...]],
    ) -> Reach:
        own = who.account in self.sides.judged.accounts
        identity = () if own else (Attached(_CALLERS, administrator_policy()),)
        policies = Policies(identity=(*identity, *self.denied), resource=(Attached(self.admission.at.urn, document),))
        owner = known(self.admission.at.account) or self.sides.judged.accounts[0]
        return reach(who, policies, targets, actions, facts=facts, account=owner, tagged=True)

    def _document(self, outsider: Outsider) -> Document:
        """The document without what gives a service nothing of others, though it has no condition on a source."""
        kept = tuple(each for each in self.document.statements if not _is_confined(each, outsider))
        return replace(self.document, statements=kept)

    def _targets(self, document: Document) -> Iterator[str]:
        for statement in _allows(document):
            if statement.not_resources or not statement.resources:
                yield "*"
            else:
                yield from (_VARIABLE.sub("*", t) if isinstance(t, str) else "*" for t in statement.resources)

    def _actions(self, document: Document) -> tuple[str, ...] | None:
        """A grant that does not say what somebody may do is asked about anything at all."""
        actions = [action for statement in _allows(document) for action in statement.actions]
        if self.admission.form != "policy" and "*" in actions:
            return ("s3:getobject",)
        unlisted = any(statement.not_actions for statement in _allows(document))
        if unlisted or "*" in actions or not all(isinstance(action, str) for action in actions):
            return None
        return tuple(dict.fromkeys(str(action) for action in actions))

    def _callers(self, outsider: Outsider) -> Iterator[Caller]:
        """Those that an outsider can ask as: some role, and those of its account that the policy names."""
        if outsider.service:
            yield Caller("service", outsider.service)
        elif not outsider.account:
            yield ANONYMOUS
        else:
            some = [f"arn:aws:iam::{outsider.account}:role/{_member(name)}" for name in outsider.roles]
            such = self._members("aws:principalarn", f"arn:aws:iam::{outsider.account}:role/?*")
            for arn in dict.fromkeys((*some, *such, *self._principals)):
                who = _caller(arn)
                fits = any(matches(pattern.lower(), who.name.lower()) for pattern in outsider.roles)
                if who.account == outsider.account and who.kind != "root" and fits:
                    yield who

    def _members(self, key: str, within: str) -> Iterator[str]:
        """Members of a pattern of ARNs that the policy can tell from others by a key."""
        for statement in self.document.statements:
            for condition in statement.conditions:
                if condition.key == key and condition.how is not None:
                    yield from members(Atom(condition.how, key, tuple(str(text) for text in condition.known)), within)

    def _sources(self, key: str, account: str) -> Iterator[tuple[str, Unknown | None]]:
        """Resources that a service may act for, of an account, with what is not known of whose they are."""
        yield f"arn:aws:any:any:{account}:any", None
        yield from ((arn, None) for arn in self._members(key, f"arn:aws:?*:*:{account}:?*"))
        for arn in self._members(key, "arn:aws:?*:*::?*"):
            # A bucket's ARN does not say whose it is, and somebody else can take the name once it is free.
            if arn not in self._texts:
                yield arn, None
            elif arn.startswith("arn:aws:s3:") and not self.sides.has_bucket(arn):
                yield arn, Unknown(f"whose the bucket {arn.rsplit(':', 1)[-1]} is")

    def _facts(
        self, outsider: Outsider, document: Document
    ) -> Iterator[tuple[dict[str, tuple[str, ...]], Unknown | None]]:
        """What is fixed of an outsider's requests, in the variants that the policy can tell apart."""
        account, organization = outsider.account, outsider.organization
        keys = {condition.key for statement in document.statements for condition in statement.conditions}
        paths = self._paths(organization)
        common: dict[str, tuple[str, ...]] = {
            "aws:resourceorgid": (self.sides.registry.platform.organization,),
            "aws:sourceowner": (account,) if account else (),
            "elasticfilesystem:accessedviamounttarget": ("false",),
            **dict.fromkeys((*_OF_SERVICES, *_OF_CALLERS), ()),
        }
        if outsider.service:
            # What a service says of whom it acts for; a key of an encryption context may be part of it.
            contexts = {key: (list(self._sources(key, account))[-1][0],) for key in keys if key.startswith(_CONTEXT)}
            common |= {"aws:sourceaccount": (account,), "aws:sourceorgid": (organization,), "aws:sourceorgpaths": paths}
            common |= {"aws:referer": (account,), **contexts}
            for source, doubt in self._sources("aws:sourcearn", account):
                if doubt is None or outsider.whom == "service":
                    yield {**common, "aws:sourcearn": (source,)}, doubt
            return
        common |= {"aws:sourcevpc": ("vpc-elsewhere",), "aws:sourcevpce": ("vpce-elsewhere",)}
        common |= {
            "vpc-lattice-svcs:sourcevpc": ("vpc-elsewhere",),
            "vpc-lattice-svcs:sourcevpcowneraccount": (account,),
        }
        if account:
            common |= {"aws:principalorgid": (organization,), "aws:principalorgpaths": paths}
            common |= {"aws:userid": ("AROAELSEWHERE:any",), "kms:calleraccount": (account,)}
            common |= {"s3:dataaccesspointaccount": (account,)}
            common |= {"s3:dataaccesspointarn": (f"arn:aws:s3:any:{account}:accesspoint/any",)}
        for address in _ADDRESSES if "aws:sourceip" in keys else _ADDRESSES[:1]:
            yield {**common, "aws:sourceip": (address,)}, None

    def _paths(self, organization: str) -> tuple[str, ...]:
        """The places of an organization that the policy names: any account of it may be there.

        A unit's id is given by AWS, so that strangers have none that is named.
        """
        named = [text for text in self._texts if text.startswith((f"{organization}/", "o-*/", "*"))]
        named = [text for text in named if organization != _NO_ORGANIZATION or not _UNIT.search(text)]
        found = [_member("/".join([organization, *text.split("/")[1:]])) for text in named]
        return tuple(dict.fromkeys((*found, f"{organization}/r-any/ou-any/")))


_FIELDS = 6
_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_ACCOUNTS = re.compile(r"(?=.*[?])[0-9?]{12}")
_ORGANIZATION = re.compile(r"(?<![a-z0-9-])o-[a-z0-9]{10,32}(?![a-z0-9-])")
_UNIT = re.compile(r"/ou-[a-z0-9]")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_CONTEXT = "kms:encryptioncontext:"
_OF_SERVICES = (
    *("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:vpcsourceip"),
    "lambda:eventsourcetoken",
)
"""Keys that only services give, or that no outsider knows the value of."""
_OF_CALLERS = (
    *("aws:principalorgid", "aws:principalorgpaths", "aws:userid", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip"),
    *("kms:calleraccount", "s3:dataaccesspointaccount", "s3:dataaccesspointarn"),
)
"""Keys that only callers with an account or a network have."""


def _member(pattern: str) -> str:
    """A member of a pattern."""
    return pattern.replace("*", "x").replace("?", "x")


def _widest(pattern: str) -> str:
    """A pattern of accounts with as many digits as they have."""
    head, star, tail = pattern.partition("*")
    return f"{head}{'?' * (len(NOBODY) - len(head) - len(tail))}{tail}" if star else pattern


def _caller(arn: str) -> Caller:
    """Who asks with an ARN; somebody anonymous where nobody asks by it."""
    try:
        return caller(arn)
    except ValueError:
        return ANONYMOUS


def _through(service: str, name: str) -> str:
    return f"{'a service' if service == _ANY_SERVICE else service} for {name}" if service else name


def _is_confined(statement: Statement, outsider: Outsider) -> bool:
    """Does a statement give a service nothing that it could do for the outsider, or could it not have a condition?"""
    if prefix := _UNCONDITIONED.get(outsider.service):
        return all(isinstance(action, str) and action.startswith(prefix) for action in statement.actions)
    if outsider.service != _BY_PATH or not statement.resources:
        return False
    below = [text.partition(_LOGS)[2].partition("/")[0] for text in statement.resources if isinstance(text, str)]
    return len(below) == len(statement.resources) and not any(
        account == "" or matches(account, outsider.account) for account in below
    )


def _allows(document: Document) -> tuple[Statement, ...]:
    return tuple(statement for statement in document.statements if statement.effect == "Allow")


def plain(document: Document, sides: Sides) -> Document:
    """The document with what is known of its unknowns: it is about its own resource, and what is made here is own."""
    return replace(document, statements=tuple(_plain_statement(s, sides) for s in document.statements))


def _plain_statement(statement: Statement, sides: Sides) -> Statement:
    def own(text: Maybe[str]) -> Maybe[str]:
        here = isinstance(text, Unknown) and sides.made_here(text.depends_on)
        return f"arn:aws:iam::{sides.judged.accounts[0]}:root" if here else text

    def resource(text: Maybe[str]) -> Maybe[str]:
        if isinstance(text, Unknown):
            return "*" if statement.effect == "Allow" else text
        return str(text)

    principals, conditions = statement.principals, statement.conditions
    if principals is not None:
        principals = tuple((kind, own(value)) for kind, value in principals if kind != "CanonicalUser")
    conditions = tuple(replace(each, values=tuple(own(value) for value in each.values)) for each in conditions)
    resources = tuple(resource(text) for text in statement.resources)
    texts = (
        *statement.actions,
        *resources,
        *(v for _, v in principals or ()),
        *(v for c in conditions for v in c.values),
    )
    return replace(
        statement,
        principals=principals,
        conditions=conditions,
        resources=resources,
        missing=tuple(text for text in texts if isinstance(text, Unknown)),
    )


_STILL_PRIVATE = ("s3:x-amz-server-side-encryption-aws-kms-key-id", "aws:userid")
"""Conditions under which S3 takes a policy for private, though anybody may meet them.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""


def _is_blocked(index: Index, admission: Admission) -> bool:
    """Does S3 surely refuse what the admission gives to everybody?"""
    if not admission.at.type.startswith("aws:s3/") or isinstance(admission.document, Unknown):
        return False
    keys = {condition.key for statement in admission.document.statements for condition in statement.conditions}
    blocks = [b for b in index.of(PublicBlock) if (b.acls if admission.form == "acl" else b.policies)]
    return keys.isdisjoint(_STILL_PRIVATE) and any(_blocks(block, admission) for block in blocks)


def _blocks(block: PublicBlock, admission: Admission) -> bool:
    if block.bucket is None:
        return known(block.at.account) != "" and block.at.account == admission.at.account
    bucket = admission.resources[0] if admission.resources else Unknown("bucket")
    if isinstance(block.bucket, Unknown) and isinstance(bucket, Unknown):
        return block.bucket.depends_on != () and block.bucket.depends_on == bucket.depends_on
    return block.bucket == bucket


@dataclass(frozen=True, slots=True)
class Led:
    """What leads to another account, or may: to whose, if it is known."""

    crossing: Crossing
    account: Maybe[str]

    @property
    def what(self) -> str:
        to = self.crossing.to
        return self.crossing.label if isinstance(to, Unknown) or not to else f"{self.crossing.label} ({to})"


def led(index: Index, sides: Sides) -> Iterator[Led]:
    """What leads out of the stack's accounts, or may."""
    for crossing in index.of(Crossing):
        if index.stack.arrived in ("", crossing.at.urn):
            account = _leads_to(crossing, sides, whole=index.stack.whole)
            if isinstance(account, Unknown) or account not in sides.own:
                yield Led(crossing, account)


def _leads_to(crossing: Crossing, sides: Sides, *, whole: bool) -> Maybe[str]:
    """The account that it leads to; one of the own where nothing else can be meant."""
    account = crossing.account or _told_by(crossing, sides, whole=whole)
    if isinstance(account, Symbolic):
        account = account.symbols[0]
    if isinstance(account, Unknown):
        return sides.judged.accounts[0] if sides.made_here(account.depends_on) else account
    found = _ACCOUNT.search(account)
    return found[0] if found else sides.judged.accounts[0]


def _told_by(crossing: Crossing, sides: Sides, *, whole: bool) -> Maybe[str]:
    """Whose something is, by its ARN or id alone; nothing ("") where it can only be the own account's."""
    to = crossing.to
    if isinstance(to, Unknown):
        return to
    if to.startswith("arn:") and ":s3:::" not in to:
        return account_of(to)
    if crossing.kind == "data":
        central = any(matches(pattern, to) for pattern in sides.registry.platform.log_destinations)
        own = central or sides.has_bucket(to) or sides.made_here(crossing.sources)
    else:
        # What an id was made of is only known when the whole stack is.
        own = not whole or sides.made_here(crossing.sources)
    return "" if own or not to else Unknown(f"whose {to} is")
