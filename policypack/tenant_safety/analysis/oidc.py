"""CI vendors' OIDC tokens: what their subjects look like, which of them name one place to deploy from, and whom a
trust admits beyond those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from ..iam import Attached, Document, Unknown, matches
from ..model import Maybe, Principal
from .identity import ci_issuer, ci_principals
from .index import Index
from .trusts import Beyond, Kept, allow, beyond, compared, deny, own_accounts, pairs, roles, spelt, statements_of

if TYPE_CHECKING:
    from ..tenancy import Judged, Platform, Registry


@dataclass(frozen=True, slots=True)
class Vendor:
    """A CI whose tokens AWS takes.

    `issuers`: patterns of issuers, without https://.  `tokens`: forms of the subjects that it issues, in which `<name>`
    stands for what differs.  `bound`: those of subjects that name one place to deploy from: `<name>` is what a policy
    has to spell out, and a `*` at the end whatever the single run adds.

    `audiences`: the documented one for AWS, where there is one.

    `projects` and `places` are the two parts of such forms, where other claims can stand for one of them: `project`
    names those for the one, `place` those for the other with the forms of their values.
    """

    name: str
    issuers: tuple[str, ...]
    tokens: tuple[str, ...]
    bound: tuple[str, ...]
    audiences: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    place: dict[str, tuple[str, ...]] = field(default_factory=dict)


_STS = ("sts.amazonaws.com", "sts.amazonaws.com.cn")
_REFS = ("refs/heads/<branch>", "refs/tags/<tag>")
_WORKFLOWS = tuple(f"<workflow>@{ref}" for ref in _REFS)
_PLACES = (
    "environment:<environment>",
    *(f"ref:{ref}" for ref in _REFS),
    *(f"job_workflow_ref:{workflow}" for workflow in _WORKFLOWS),
)
_REPOSITORIES = (
    "repo:<owner>/<repository>",
    "repository:<owner>/<repository>",
    "repository_id:<id>",
    "repository_owner:<owner>:repository:<owner>/<repository>",
    "repository_owner_id:<id>:repository_id:<id>",
)

VENDORS = (
    # With ids in it (`repo:ORG@OWNERID/REPO@REPOID:…`) a subject has the same form; an organization may compose its own
    # of other claims.  https://docs.github.com/en/actions/reference/security/oidc
    Vendor(
        "GitHub",
        ("token.actions.*", "*/_services/token"),
        (
            "repo:<owner>/<repository>:pull_request",
            "repo:<owner>/<repository>:ref:refs/heads/<branch>",
            "repo:<owner>/<repository>:environment:<environment>",
        ),
        tuple(f"{repository}:{place}:*" for repository, place in product(_REPOSITORIES, _PLACES)),
        _STS,
        _REPOSITORIES,
        _PLACES,
        ("repository", "repository_id"),
        {"environment": ("<environment>",), "ref": _REFS, "job_workflow_ref": _WORKFLOWS},
    ),
    # https://docs.gitlab.com/ci/cloud_services/aws/
    Vendor(
        "GitLab",
        ("*gitlab*",),
        ("project_path:<group>/<project>:ref_type:branch:ref:<branch>",),
        tuple(f"project_path:<group>/<project>:ref_type:{kind}:ref:<ref>" for kind in ("branch", "tag")),
    ),
    # https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/
    Vendor(
        "Bitbucket",
        ("*bitbucket*",),
        ("{<repository>}:{<environment>}:{<step>}", "{<repository>}:{<step>}"),
        ("<repository>:<environment>:*",),
    ),
    # The issuer is the organization's own, and version 1 of the token tells no branch.
    # https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/
    Vendor(
        "CircleCI",
        ("*circleci*",),
        ("org/<organization>/project/<project>/user/<user>",),
        ("org/<organization>/project/<project>/*",),
    ),
    # https://buildkite.com/docs/pipelines/security/oidc/aws
    Vendor(
        "Buildkite",
        ("*buildkite*",),
        ("organization:<organization>:pipeline:<pipeline>:ref:refs/heads/<branch>:commit:<commit>:step:<step>",),
        tuple(f"organization:<organization>:pipeline:<pipeline>:ref:{ref}:*" for ref in _REFS),
        _STS,
    ),
    # https://www.pulumi.com/docs/esc/guides/configuring-oidc/
    Vendor(
        "Pulumi Cloud",
        ("*pulumi*",),
        (
            "pulumi:deploy:org:<organization>:project:<project>:stack:<stack>:operation:update:scope:write",
            "pulumi:environments:org:<organization>:env:<environment>",
        ),
        (
            "pulumi:deploy:org:<organization>:project:<project>:stack:<stack>:*",
            "pulumi:environments:org:<organization>:env:<environment>",
        ),
    ),
    # https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
    Vendor(
        "Terraform Cloud",
        ("*terraform*",),
        ("organization:<organization>:project:<project>:workspace:<workspace>:run_phase:apply",),
        ("organization:<organization>:project:<project>:workspace:<workspace>:*",),
        ("aws.workload.identity",),
    ),
    # No CI, but pods deploy, too.  https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
    Vendor(
        "EKS",
        ("oidc.eks.*",),
        ("system:serviceaccount:<namespace>:<account>",),
        ("system:serviceaccount:<namespace>:<account>",),
        _STS,
    ),
)
_UNLISTED = Vendor("another CI", ("*",), ("<subject>",), ("<subject>",))
_COGNITO = "cognito-identity.amazonaws.com"
_GOOGLE = "accounts.google.com"
_HOLDER = "holder"
"""What certificates tell of whom they were issued for, in one of several claims."""
_ANYWHERE = "rolesanywhere.amazonaws.com"
_OF_PAIRS = re.compile(r"(?:environment|env|stack|workspace):\*")
"""Where a pattern of subjects takes in places that have the names of other pairs."""
_OF_CERTIFICATE = re.compile(r"aws:principaltag/x509|sts:sourceidentity$")
"""Keys that tell what stands in a certificate."""
_AUDIENCES = ("https://<audience>.example", "<audience>")


@dataclass(frozen=True, slots=True)
class Open:
    """A role that a CI's tokens open more widely than for one place to deploy from, or may; or a CI/CD role that tokens
    or certificates of another issuer open as widely.

    `claim`: the one that is not fixed, such as `sub` or `aud`.  The issuer is "" where it is not known.
    """

    beyond: Beyond
    issuer: str
    claim: str
    proof: str = "token"

    @property
    def token(self) -> str:
        """A token that is admitted."""
        if not self.beyond.admits.new_access:
            return f"a {self.proof} of {self.issuer or 'a CI'} with another {self.claim}"
        context = self.beyond.witness.context if self.beyond.witness else {}
        claims = {key.removeprefix(f"{self.issuer.lower()}:"): v for key, v in context.items() if any(v)}
        said = [f"{name} is {' with '.join(values)}" for name, values in sorted(claims.items())]
        said += [f"{self.claim} is missing"] if self.beyond.witness and self.claim not in (*claims, _HOLDER) else []
        return f"a {self.proof} of {self.issuer}{' whose ' if said else ''}{' and whose '.join(said)}"


def open_to_ci(index: Index, registry: Registry, judged: Judged) -> Iterator[Open]:
    """Roles that more of a CI's tokens open than those of one place to deploy from, or may; and CI/CD roles that others
    open as widely.
    """
    platform, subjects, others = registry.platform, tuple(_subjects(registry, judged)), _others(registry, judged)
    for role in roles(index):
        for provider, issuer in _providers(role.trust).items():
            if ci_issuer(provider, platform):
                yield from _open(role, _Tokens(provider, issuer, subjects, others))
        yield from (Open(found, "", "sub") for found in beyond(role, _is_unknown, ()))
    own = own_accounts(registry, judged)
    for holder in ci_principals(index, platform):
        if holder.principal:
            yield from (_doubted(found, holder.ci) for found in _open_otherwise(holder.principal, platform, own))


def _open_otherwise(role: Principal, platform: Platform, own: Sequence[str]) -> Iterator[Open]:
    """A role that more of another identity provider's tokens open than those of one who is named, or certificates."""
    for provider, issuer in _providers(role.trust).items():
        if not ci_issuer(provider, platform):
            yield from _open(role, _Tokens(provider, issuer))
    named = {value for s in statements_of(role.trust) for _, value in s.principals or ()}
    if _COGNITO in named:
        for found in beyond(role, _is(_COGNITO), _users(role.trust)):
            yield Open(found, _COGNITO, "amr")
    if _ANYWHERE in named:
        for found in beyond(role, _is(_ANYWHERE), _holders(role.trust, own)):
            yield Open(found, _ANYWHERE, _HOLDER, "certificate")


def _is(principal: str) -> Kept:
    return lambda _, value: value == principal


def _users(trust: Maybe[Document] | None) -> tuple[Attached, ...]:
    """Those of an identity pool who have signed in, or are named: guests are anybody.

    https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html
    """
    aud, sub, amr = (spelt(trust, f"{_COGNITO}:{key}") for key in ("aud", "sub", "amr"))
    pool, who = {f"{_COGNITO}:aud": aud}, {"Federated": _COGNITO}
    signed_in = {f"{_COGNITO}:amr": ["authenticated", *(each for each in amr if each != "unauthenticated")]}
    return (
        allow(who, StringEquals={**pool, f"{_COGNITO}:sub": sub}),
        allow(who, **{"StringEquals": pool, "ForAnyValue:StringEquals": signed_in}),
    )


def _holders(trust: Maybe[Document] | None, own: Sequence[str]) -> tuple[Attached, ...]:
    """Those whose certificates an own trust anchor has issued with what the trust compares them with: an account can
    have many anchors, and an anchor takes every certificate of its authority.

    https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
    """
    anchors = [f"arn:*:rolesanywhere:*:{account}:trust-anchor/*" for account in own]
    sources = [each for each in spelt(trust, "aws:SourceArn") if any(matches(anchor, each) for anchor in anchors)]
    keys = dict.fromkeys(c.key for s in statements_of(trust) for c in s.conditions if _OF_CERTIFICATE.match(c.key))
    equal = [{"aws:SourceArn": sources, key: spelt(trust, key)} for key in keys]
    return tuple(allow({"Service": _ANYWHERE}, StringEquals=each) for each in equal)


def _doubted(found: Open, ci: Maybe[str]) -> Open:
    """It is only certain of a role that is surely a CI/CD one."""
    if isinstance(ci, str):
        return found
    admits = replace(found.beyond.admits, new_access=None, missing=(*found.beyond.admits.missing, ci))
    return replace(found, beyond=replace(found.beyond, admits=admits))


def _is_unknown(kind: str, value: Maybe[str]) -> bool:
    return kind == "Federated" and isinstance(value, Unknown)


def _providers(trust: Maybe[Document] | None) -> dict[str, str]:
    """The OIDC providers that a trust names, and their issuers."""
    named = [value for s in statements_of(trust) for kind, value in s.principals or () if kind == "Federated"]
    issuers = {value: value.partition("oidc-provider/")[2] for value in named if isinstance(value, str)}
    issuers |= {_GOOGLE: _GOOGLE} if _GOOGLE in issuers else {}
    return {provider: issuer for provider, issuer in issuers.items() if issuer}


@dataclass(frozen=True, slots=True)
class _Tokens:
    """An identity provider (its ARN).  `subjects`: those that the registry gives the role, if it does; `others` are the
    names of other pairs.
    """

    provider: str
    issuer: str
    subjects: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()


def _open(role: Principal, tokens: _Tokens) -> Iterator[Open]:
    def kept(kind: str, value: Maybe[str]) -> bool:
        return (kind, value) == ("Federated", tokens.provider)

    issuer = tokens.issuer
    vendor = next((v for v in VENDORS if any(matches(each, issuer.lower()) for each in v.issuers)), _UNLISTED)
    claims = _Claims(role.trust, tokens.provider, issuer, tokens.others)
    bound = [claims.allowing({}, {"sub": tokens.subjects})] if tokens.subjects else list(_bound(claims, vendor))
    audiences = [claims.allowing({"aud": _own_audiences(claims.spelt("aud"), vendor)})]
    for claim, reference, usual in (("sub", bound, vendor.tokens), ("aud", audiences, _AUDIENCES)):
        for found in beyond(role, kept, reference):
            likely = deny(StringNotEquals={f"{issuer}:{claim}": claims.likely(claim, usual)})
            shown = [each for each in beyond(role, kept, reference, likely) if found.admits.new_access]
            yield Open(next((each for each in shown if each.admits.new_access), found), issuer, claim)


def _own_audiences(spelled: Sequence[str], vendor: Vendor) -> Sequence[str]:
    """Those of a trust's audiences that tokens have which are made for AWS alone.  For whom a token with another one is
    made can show it here, too: that is so of every audience beside the first, and of one that is another's URL.

    https://docs.github.com/en/actions/reference/security/oidc
    """
    documented = [each for each in spelled if each in vendor.audiences]
    own = [each for each in spelled if not (vendor.audiences and "://" in each)]
    return documented or own[:1]


@dataclass(frozen=True, slots=True)
class _Claims:
    """What a trust says of the claims of an issuer's tokens.  `others` are the names of other pairs."""

    trust: Maybe[Document] | None
    provider: str
    issuer: str
    others: frozenset[str]

    def compared(self, claim: str) -> list[str]:
        return compared(self.trust, f"{self.issuer}:{claim}")

    def spelt(self, claim: str, forms: Sequence[str] = ("<text>",)) -> list[str]:
        return [value for value in spelt(self.trust, f"{self.issuer}:{claim}") if self.fits(value, forms)]

    def fits(self, value: str, forms: Sequence[str]) -> bool:
        """Has a value one of the forms, and names no other pair?"""
        found = next((match for form in forms if (match := _pattern(form).fullmatch(value))), None)
        return found is not None and self.others.isdisjoint(each.lower() for each in found.groups())

    def likely(self, claim: str, forms: Sequence[str]) -> list[str]:
        """Values such as the CI issues, of strangers or as the trust's own patterns would have them: to show one."""
        strangers = [re.sub(r"<(\w+)>", r"some-\1", form) for form in forms]
        cuts = [(each, found) for each in strangers for found in re.finditer("^|[:/]", each)]
        ends = [each[found.end() :] for each, found in cuts] + [each[: found.start()] for each, found in cuts]
        given = self.compared(claim)
        filled = [each.replace("*", max(self.others, default="")) for each in given if _OF_PAIRS.search(each)]
        filled += [each.replace("*", end).replace("?", "x") for each in given for end in ("another", *ends)]
        made = [re.compile(re.sub(r"<\w+>", r"[^:/*]+", re.escape(form))) for form in forms]
        return [each for each in (*filled, *strangers) if any(form.fullmatch(each) for form in made)]

    def allowing(self, equal: Mapping[str, Sequence[str]], like: Mapping[str, Sequence[str]] | None = None) -> Attached:
        """A document that lets in tokens with such claims."""
        keyed = [{f"{self.issuer}:{claim}": each for claim, each in given.items()} for given in (equal, like or {})]
        return allow({"Federated": self.provider}, StringEquals=keyed[0], StringLike=keyed[1])


def _bound(claims: _Claims, vendor: Vendor) -> Iterator[Attached]:
    """Which tokens name one place to deploy from, of those that the trust's own words can tell apart."""
    subjects = claims.compared("sub")
    yield claims.allowing({}, {"sub": [each for each in subjects if claims.fits(each, vendor.bound)]})
    # No token has a star in it, so comparing with one admits nobody.
    yield claims.allowing({"sub": [each for each in subjects if "*" in each]})
    project = {claim: claims.spelt(claim) for claim in vendor.project}
    place = {claim: claims.spelt(claim, forms) for claim, forms in vendor.place.items()}
    of_project = [each for each in subjects if claims.fits(each, [f"{form}:*" for form in vendor.projects])]
    in_place = ["*" + each.rpartition("*")[2] for each in subjects if "*" in each]
    in_place = [each for each in in_place if claims.fits(each, [f"*:{form}" for form in vendor.places])]
    for claim, values in place.items():
        yield claims.allowing({claim: values}, {"sub": of_project})
    for claim, values in project.items():
        yield claims.allowing({claim: values}, {"sub": in_place})
        yield from (claims.allowing({claim: values, each: its}) for each, its in place.items())


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """The texts of a form.  What a name stands for has neither wildcards nor variables in it."""
    parts = [r"([^*?$]+?)" if part.startswith("<") else re.escape(part) for part in re.split(r"(<\w+>)", form)]
    text = "".join(parts)
    return re.compile(re.sub(r":\\\*$", "(?::.*)?", text).replace(r"\*", ".*"))


def _subjects(registry: Registry, judged: Judged) -> Iterator[str]:
    """The subjects that the registry gives a pair's roles; none for the platform's own."""
    if judged.plan is None or judged.pair is None:
        return
    tenant, environment = judged.pair
    blanks = {"tenant": tenant, "environment": environment, "account": judged.accounts[0]}
    for template in registry.platform.cicd_roles.subjects:
        yield template.format(**blanks)


def _others(registry: Registry, judged: Judged) -> frozenset[str]:
    """The names of the pairs that a pair's tokens must not be of; the platform deploys for all."""
    if judged.plan is None:
        return frozenset()
    return frozenset(f"{tenant}-{environment}" for tenant, environment in pairs(registry)) - {judged.name}
