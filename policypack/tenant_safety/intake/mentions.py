"""Accounts and regions that a resource's own texts name."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..model import Maybe, Mention, Part, Place, Region, Unknown
from .table import table
from .values import Resource, paths, text

_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z])")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):[^\s\"'<>\\,;(){}\[\]]+")
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
_IMAGE = re.compile(r"(?<![0-9])([0-9]{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^\s\"'@:,]+)")
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
_QUEUE = re.compile(r"https://sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([0-9]{12})/([\w-]+(?:\.fifo)?)")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")
_NAMES_REGION = re.compile(r"(?:^|[a-z])[rR]egion(?:Name|s)?$")
_NAMES_ACCOUNT = re.compile(r"(?:^arn|Arn|Arns|^account|Account|AccountId|OwnerId)$")
_SAYS_NOTHING = (
    *("description", "comment", "tags", "tagsAll", "defaultTags"),
    *("forbiddenAccountIds", "allowedAccountIds"),
)
"""Properties that name nothing, that keep an account out, or that a rule of their own reads."""
_DOCUMENTS = ("doc", "trust_doc", "inline_doc")


def mentions(resource: Resource, place: Place) -> Iterator[Mention]:
    """The accounts that are named, each once in a text.

    What is not known yet counts where a property's name says that it names an account, and something else than AWS
    provides it; what the stack's own aws resources give is taken for their account's until the update knows it.
    """
    for path, value in _leaves(resource, place):
        if isinstance(value, Unknown):
            if _NAMES_ACCOUNT.search(_name(path)) and not all(map(_is_of_aws, value.depends_on)):
                yield Mention(place, path, value)
        elif isinstance(value, str):
            secret = re.split(r"[.\[]", path)[0] in resource.secrets.names
            yield from (replace(each, secret=secret) for each in _named(value, path, place))


def stack(resource: Resource, place: Place) -> Mention:
    """The stack whose outputs a stack reference reads.

    Source: https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
    """
    return Mention(place, "name", "", stack=text(resource.props.get("name")) or Unknown("name"))


def regions(resource: Resource, place: Place, own: Maybe[str]) -> Iterator[Part]:
    """The regions that are named by properties of their own, as a replica's is, and are not `own`, the provider's."""
    for path, value in _leaves(resource, place):
        is_named = isinstance(value, Unknown) or (_is_region(value) and value != own)
        if is_named and _NAMES_REGION.search(_name(path)):
            yield Region(place, path, value)


def _name(path: str) -> str:
    """The property that a path ends with: `regionName` of `replicas[0].regionName`."""
    return re.sub(r"\[\d+\]", "", path).rpartition(".")[2]


def _is_of_aws(urn: str) -> bool:
    return urn.split("::")[2].rpartition("$")[2].startswith("aws:")


def _is_region(value: object) -> bool:
    return isinstance(value, str) and _REGION.fullmatch(value) is not None


def _named(text: str, path: str, place: Place) -> Iterator[Mention]:
    left = text
    arns = [(match[1], match[0]) for match in _ARN.finditer(text)]
    arns += [(m[1], f"arn:aws:ecr:{m[2]}:{m[1]}:repository/{m[3]}") for m in _IMAGE.finditer(text)]
    arns += [(m[2], f"arn:aws:sqs:{m[1]}:{m[2]}:{m[3]}") for m in _QUEUE.finditer(text)]
    for pattern in (_ARN, _IMAGE, _QUEUE):
        left = pattern.sub(" ", left)
    for account, arn in dict.fromkeys(arns):
        yield Mention(place, path, account, arn)
    for account in dict.fromkeys(_ACCOUNT.findall(left)):
        yield Mention(place, path, account)


def _leaves(resource: Resource, place: Place) -> Iterator[tuple[str, Any]]:
    """The texts and unknowns of a resource, each with its path; not those of policy documents."""
    roles = [role for role in table().roles.get(place.type, ()) if role.family != "opaque"]
    documents = {re.split(r"[.\[]", path)[0] for role in roles for path in role.paths(*_DOCUMENTS)}
    for key, value in resource.props.items():
        if key not in documents and key not in _SAYS_NOTHING:
            yield from paths(value, key)
