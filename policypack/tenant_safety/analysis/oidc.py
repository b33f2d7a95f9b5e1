"""CI vendors' OIDC tokens: what their subjects look like, which of them name one place to deploy from, and whom a
trust admits beyond those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from ..iam import Attached, Document, Unknown, matches
from ..model import Maybe, Principal
from .identity import ci_issuer
from .index import Index
from .trusts import Beyond, allow, beyond, compared, deny, pairs, roles, spelt, statements_of

if TYPE_CHECKING:
    from ..tenancy import Judged, Platform, Registry


@dataclass(frozen=True, slots=True)
class Vendor:
    """A CI whose tokens AWS takes.

    `issuers`: patterns of issuers, without https://.  `tokens`: forms of the subjects that it issues, in which `<name>`
    stands for what differs.  `bound`: those of subjects that name one place to deploy from: `<name>` is what a policy
    has to spell out, and a `*` at the end whatever the single run adds.

    `projects` and `places` are the two parts of such forms, where other claims can stand for one of them: `project`
    names those for the one, `place` those for the other with the forms of their values.
    """

    name: str
    issuers: tuple[str, ...]
    tokens: tuple[str, ...]
    bound: tuple[str, ...]
    projects: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    place: dict[str, tuple[str, ...]] = field(default_factory=dict)


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
    ),
)
_UNLISTED = Vendor("another CI", ("*",), ("<subject>",), ("<subject>",))
_OF_PAIRS = re.compile(r"(?:environment|env|stack|workspace):\*")
"""Where a pattern of subjects takes in places that have the names of other pairs."""
_AUDIENCES = ("https://<audience>.example", "<audience>")


@dataclass(frozen=True, slots=True)
class Open:
    """A role that a CI's tokens open more widely than for one place to deploy from, or may.

    `claim`: the one that is not fixed, `sub` or `aud`.  The issuer is "" where it is not known.
    """

    beyond: Beyond
    issuer: str
    claim: str

    @property
    def token(self) -> str:
        """A token that is admitted."""
        if not self.beyond.admits.new_access:
            return f"a token of {self.issuer or 'a CI'} with another {self.claim}"
        if self.beyond.witness is None:
            return f"a token of {self.issuer}"
        context = self.beyond.witness.context
        claims = {key.removeprefix(f"{self.issuer.lower()}:"): values for key, values in context.items()}
        said = [f"{name} is {' with '.join(values)}" for name, values in sorted(claims.items())]
        said += [] if self.claim in claims else [f"{self.claim} is missing"]
        return f"a token of {self.issuer} whose {' and whose '.join(said)}"


def open_to_ci(index: Index, registry: Registry, judged: Judged) -> Iterator[Open]:
    """Roles that more of a CI's tokens open than those of one place to deploy from, or may."""
    subjects, others = tuple(_subjects(registry, judged)), _others(registry, judged)
    for role in roles(index):
        for provider in _providers(role.trust, registry.platform):
            yield from _open(role, provider, ci_issuer(provider, registry.platform), subjects, others)
        yield from (Open(found, "", "sub") for found in beyond(role, _is_unknown, ()))


def _is_unknown(kind: str, value: Maybe[str]) -> bool:
    return kind == "Federated" and isinstance(value, Unknown)


def _providers(trust: Maybe[Document] | None, platform: Platform) -> Iterable[str]:
    """The CIs' identity providers that a trust names."""
    named = [value for s in statements_of(trust) for kind, value in s.principals or () if kind == "Federated"]
    return dict.fromkeys(value for value in named if isinstance(value, str) and ci_issuer(value, platform))


def _open(
    role: Principal, provider: str, issuer: str, subjects: Sequence[str], others: frozenset[str]
) -> Iterator[Open]:
    def kept(kind: str, value: Maybe[str]) -> bool:
        return (kind, value) == ("Federated", provider)

    vendor = next((v for v in VENDORS if any(matches(each, issuer.lower()) for each in v.issuers)), _UNLISTED)
    claims = _Claims(role.trust, provider, issuer, others)
    bound = [claims.allowing({}, {"sub": subjects})] if subjects else list(_bound(claims, vendor))
    audiences = [claims.allowing({"aud": claims.spelt("aud")})]
    for claim, reference, usual in (("sub", bound, vendor.tokens), ("aud", audiences, _AUDIENCES)):
        for found in beyond(role, kept, reference):
            likely = deny(StringNotEquals={f"{issuer}:{claim}": claims.likely(claim, usual)})
            shown = [each for each in beyond(role, kept, reference, likely) if found.admits.new_access]
            yield Open(next((each for each in shown if each.admits.new_access), found), issuer, claim)


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
