"""What a tenant, an account, a DNS label and an ARN may look like.

Each function takes what the user gave and returns it in its one accepted form, or raises `ValueError` with
what was expected and what came.
"""

import re
from dataclasses import dataclass

_RESERVED = """
    account accounts admin administrator api app apps assets auth autoconfig autodiscover billing blog cdn
    console dashboard dev dns docs email ftp git global help id identity imap internal isatap localhost login
    mail master mx ns ns1 ns2 ns3 ns4 oauth platform pop pop3 private proxy public root saml security shop smtp ssh sso
    staging static status support system test vpn webmail wpad www
"""
RESERVED = frozenset(_RESERVED.split())
OWNERSHIP_LABEL = "_tenant-links"
MAX_NAME = 253

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_HOST_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)
_ZONE_ID = re.compile(r"[A-Z0-9]{1,32}")
_LOAD_BALANCER = re.compile(
    r"arn:aws[a-z-]*:elasticloadbalancing:(?P<region>[a-z0-9-]+):(?P<account>\d{12})"
    r":loadbalancer/(?:app|net)/[A-Za-z0-9-]{1,32}/[0-9a-f]{16}"
)


def text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected {what} (got {value!r})")
    return value


def slug(value: object) -> str:
    """A tenant's, environment's or grant's name: 1 to 40 lower-case letters, digits and inner hyphens."""
    name = text(value, "a name")
    if not _SLUG.fullmatch(name):
        raise ValueError(f"expected 1 to 40 lower-case letters, digits and inner hyphens (got {name!r})")
    return name


def is_role(value: str) -> bool:
    return _ROLE.fullmatch(value) is not None


def account(value: object) -> str:
    """An AWS account id: a string of 12 digits."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{12}", value):
        raise ValueError(f"expected an account id of 12 digits, as a string (got {value!r})")
    return value


def label(value: object) -> str:
    """One label of RFC 1035 in lower case: no reserved name, no wildcard, no IDN.

    Source: https://www.rfc-editor.org/rfc/rfc1035#section-2.3.1
    """
    name = text(value, "a DNS label")
    if not name.isascii() or name[2:4] == "--":
        raise ValueError(f"expected plain ASCII: internationalised names can be confused (got {name!r})")
    if len(name) > 63 or not _LABEL.fullmatch(name):
        rule = "1 to 63 lower-case letters, digits and inner hyphens, a letter first"
        raise ValueError(f"expected one DNS label of {rule} (got {name!r})")
    if name in RESERVED:
        raise ValueError(f"'{name}' is reserved for the platform")
    return name


def host(value: object) -> str:
    """A whole DNS name in lower case, without the trailing dot."""
    name = text(value, "a DNS name").removesuffix(".")
    labels = name.split(".")
    if len(name) > MAX_NAME or len(labels) < 2 or not all(_HOST_LABEL.fullmatch(part) for part in labels):
        raise ValueError(f"expected a DNS name in lower case of at most {MAX_NAME} characters (got {name!r})")
    return name


def fqdn(label: str, zone: str) -> str:
    """The tenant's name, if it and the name of its ownership record fit into DNS.

    Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    """
    name = f"{label}.{zone}"
    if len(ownership_name(name)) > MAX_NAME:
        longest = MAX_NAME - len(OWNERSHIP_LABEL) - 1
        raise ValueError(f"expected a name of at most {longest} characters with its zone (got {len(name)})")
    return name


def ownership_name(fqdn: str) -> str:
    return f"{OWNERSHIP_LABEL}.{fqdn}"


def zone_id(value: object) -> str:
    """A hosted zone's id, with or without the API's `/hostedzone/`."""
    name = text(value, "a hosted zone's id").removeprefix("/hostedzone/")
    if not _ZONE_ID.fullmatch(name):
        raise ValueError(f"expected a hosted zone's id such as 'Z0123456789ABCDEFGHIJ' (got {name!r})")
    return name


@dataclass(frozen=True)
class LoadBalancer:
    """What an ARN says of a load balancer."""

    arn: str
    region: str
    account: str


def load_balancer(value: object) -> LoadBalancer:
    """The ARN of an application or network load balancer."""
    arn = text(value, "a load balancer's ARN")
    match = _LOAD_BALANCER.fullmatch(arn)
    if match is None:
        raise ValueError(f"expected the ARN of an application or network load balancer (got {arn!r})")
    return LoadBalancer(arn, match["region"], match["account"])


def flag(value: object) -> bool:
    if value not in (True, False):
        raise ValueError(f"expected true or false (got {value!r})")
    return bool(value)


def days(value: object) -> int:
    """Whole days, 0 to 3,650."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or not 0 <= value <= 3650:
        raise ValueError(f"expected 0 to 3,650 whole days (got {value!r})")
    return int(value)


def ttl(value: object) -> int:
    """Seconds, 30 to 86,400."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError(f"expected whole seconds (got {value!r})")
    if not 30 <= value <= 86_400:
        raise ValueError(f"expected 30 to 86,400 seconds (got {int(value)})")
    return int(value)
