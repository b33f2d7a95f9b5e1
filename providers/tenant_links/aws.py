"""How to reach AWS: sessions for the master and the tenants' accounts, retries, time-outs, errors.

Settings, none of them secret (stack config, or else environment):

- `tenant-links:roleArn`, `TENANT_LINKS_ROLE_ARN`: the role in the master account that changes records and
  roles. Without it the ambient identity does.
- `tenant-links:externalId`, `TENANT_LINKS_EXTERNAL_ID`: what `roleArn` wants to hear, if it is a pair's own linker.
- `tenant-links:tenantRoleArn`, `TENANT_LINKS_TENANT_ROLE_ARN`: the role that reads a tenant's load balancer,
  with `{account}` where the tenant's account id belongs: `arn:aws:iam::{account}:role/tenant-links-reader`.  `roleArn`
  assumes it, if there is one.
- `tenant-links:region`, `TENANT_LINKS_REGION`, `AWS_REGION`: where STS and IAM are called from; `us-east-1`
  if none.
- `TENANT_LINKS_REGISTRY`: the registry's file.  From the environment alone: what bounds a link must not come from the
  program's own folder.

Credentials come from boto3's own chain (environment, profile, web identity), or from `tenant-links:login` in the
stack's config, a secret object as ESC's `aws:login` gives it (`accessKeyId`, `secretAccessKey`, `sessionToken`).  They
stay in this process: never in inputs, outputs, logs or errors.  The engine keeps a stack's config with the provider's
state, encrypted what is secret, so the environment is the better place.  `AWS_ENDPOINT_URL` is honoured as everywhere.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tenant_links import names
from tenant_links.claim import LinkError
from tenant_links.names import LoadBalancer
from tenant_links.records import Alias, Batch, Record

__version__ = "0.1.0"

# A boto3 client: its methods are made at run time, so there is no type to name.
Client = Any

CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    # Adaptive: slows itself down when throttled; knows Throttling, PriorRequestNotComplete and 5xx.
    # https://docs.aws.amazon.com/boto3/latest/guide/retries.html
    retries={"mode": "adaptive", "total_max_attempts": 12},
    user_agent_extra=f"tenant-safety tenant-links/{__version__}",
)
_RENEW_BEFORE = timedelta(minutes=5)
_LOGIN = {
    "accessKeyId": "aws_access_key_id",
    "secretAccessKey": "aws_secret_access_key",
    "sessionToken": "aws_session_token",
}
"""Without a token where they are static: https://www.pulumi.com/docs/esc/integrations/dynamic-login-credentials/aws-login/"""
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Settings:
    """Which identities to use; see the module's text."""

    region: str = "us-east-1"
    role_arn: str | None = None
    tenant_role_arn: str | None = None
    registry: str | None = None
    login: Mapping[str, str] = field(default_factory=dict, repr=False)
    """A boto3 session's credentials; its own chain if there are none."""
    external_id: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, config: Callable[[str], object], environ: Mapping[str, str] = os.environ) -> "Settings":
        def setting(key: str, *variables: str) -> str | None:
            value = config(f"tenant-links:{key}")
            if isinstance(value, str) and value:
                return value
            return next((environ[variable] for variable in variables if environ.get(variable)), None)

        return cls(
            setting("region", "TENANT_LINKS_REGION", "AWS_REGION", "AWS_DEFAULT_REGION") or "us-east-1",
            _role(setting("roleArn", "TENANT_LINKS_ROLE_ARN"), "tenant-links:roleArn"),
            setting("tenantRoleArn", "TENANT_LINKS_TENANT_ROLE_ARN"),
            environ.get("TENANT_LINKS_REGISTRY") or None,
            _login(config("tenant-links:login")),
            setting("externalId", "TENANT_LINKS_EXTERNAL_ID"),
        )


def _login(value: object) -> Mapping[str, str]:
    """Credentials of ESC's `aws:login`, of which an error tells the names only."""
    if value is None or value == "":
        return {}
    try:
        given = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        given = None
    if not isinstance(given, Mapping) or not all(isinstance(given.get(key), str) for key in list(_LOGIN)[:2]):
        raise LinkError(f"tenant-links:login: expected an object with the texts {', '.join(_LOGIN)}")
    return {name: given[key] for key, name in _LOGIN.items() if given.get(key)}


def _role(arn: str | None, name: str) -> str | None:
    if arn is not None and not names.is_role(arn):
        raise LinkError(f"{name}: expected a role's ARN such as arn:aws:iam::999999999999:role/linker (got {arn!r})")
    return arn


class Accounts:
    """Clients by account, renewed before their credentials expire; safe for the plugin's four threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session = boto3.Session(**settings.login)
        self._lock = threading.Lock()
        self._clients: dict[tuple[str | None, str, str], tuple[Client, datetime]] = {}
        self._keys: dict[str | None, tuple[dict[str, str], datetime]] = {None: ({}, _NEVER)}

    def master(self, service: str, region: str | None = None) -> Client:
        """A client in the master account."""
        return self._client(self._settings.role_arn, service, region or self._settings.region)

    @cached_property
    def master_account(self) -> str:
        """The id of the account that `master` acts in."""
        if self._settings.role_arn:
            return self._settings.role_arn.split(":")[4]
        return str(self.master("sts").get_caller_identity()["Account"])

    def tenant(self, service: str, account: str, region: str) -> Client:
        """A client in a tenant's account: as `tenantRoleArn`, else with the ambient identity."""
        template = self._settings.tenant_role_arn
        return self._client(template.replace("{account}", account) if template else None, service, region)

    def _client(self, role_arn: str | None, service: str, region: str) -> Client:
        # Making clients is not thread-safe in boto3; using them is.
        with self._lock:
            known = self._clients.get((role_arn, service, region))
            if known is not None and datetime.now(UTC) < known[1]:
                return known[0]
            keys, until = self._assume(role_arn)
            client = self._session.client(service, region_name=region, config=CONFIG, **keys)
            self._clients[role_arn, service, region] = client, until
            return client

    def _assume(self, role_arn: str | None) -> tuple[dict[str, str], datetime]:
        keys, until = self._keys.get(role_arn, ({}, datetime.min.replace(tzinfo=UTC)))
        if datetime.now(UTC) >= until:
            linker = self._settings.role_arn
            is_linker = role_arn == linker
            by, _ = self._assume(None if is_linker else linker)
            sts = self._session.client("sts", region_name=self._settings.region, config=CONFIG, **by)
            external_id = self._settings.external_id if is_linker else None
            told = {"ExternalId": external_id} if external_id else {}
            given = sts.assume_role(RoleArn=role_arn, RoleSessionName="tenant-links", **told)["Credentials"]
            names = {
                "aws_access_key_id": "AccessKeyId",
                "aws_secret_access_key": "SecretAccessKey",
                "aws_session_token": "SessionToken",
            }
            keys = {name: given[key] for name, key in names.items()}
            until = given["Expiration"] - _RENEW_BEFORE
            self._keys[role_arn] = keys, until
        return keys, until


def code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def one_line(error: ClientError | BotoCoreError, secrets: Iterable[str] = ()) -> LinkError:
    """The error as one line.

    Only the first line: AWS explains a wrong signature by the whole request, session token included.
    """
    if isinstance(error, ClientError):
        message = str(error.response.get("Error", {}).get("Message", ""))
        line = f"{error.operation_name}: {code(error)}: {message}"
    else:
        line = f"{type(error).__name__}: {error}"
    line = line.splitlines()[0][:400]
    for secret in secrets:
        line = line.replace(secret, "[secret]")
    return LinkError(line)


def load_balancer(accounts: Accounts, wanted: LoadBalancer) -> Alias | None:
    """The load balancer's DNS name and zone, read in the tenant's own account; None where it does not exist.

    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html
    """
    client = accounts.tenant("elbv2", wanted.account, wanted.region)
    try:
        found = client.describe_load_balancers(LoadBalancerArns=[wanted.arn])["LoadBalancers"]
    except ClientError as error:
        if code(error) in ("LoadBalancerNotFound", "LoadBalancerNotFoundException"):
            return None
        raise
    match = next((item for item in found if item["LoadBalancerArn"] == wanted.arn), None)
    if match is None:
        return None
    dualstack = str(match.get("IpAddressType", "ipv4")).startswith("dualstack")
    return Alias(match["DNSName"].lower(), match["CanonicalHostedZoneId"], dualstack)


def zone_name(accounts: Accounts, zone_id: str) -> str:
    """The zone's name without the trailing dot."""
    zone = accounts.master("route53").get_hosted_zone(Id=zone_id)["HostedZone"]
    return str(zone["Name"]).lower().removesuffix(".")


def records_under(accounts: Accounts, zone_id: str, fqdn: str) -> tuple[Record, ...]:
    """The records of a name and of the names below it.

    Route 53 lists by reversed labels, so they are neighbours.

    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    """
    found: list[Record] = []
    start: dict[str, str] = {"StartRecordName": fqdn}
    while True:
        page = accounts.master("route53").list_resource_record_sets(HostedZoneId=zone_id, **start)
        for source in page["ResourceRecordSets"]:
            record = Record.of_aws(source)
            if record.name != fqdn and not record.name.endswith("." + fqdn):
                return tuple(found)
            found.append(record)
        if not page["IsTruncated"]:
            return tuple(found)
        following = {"Name": "NextRecordName", "Type": "NextRecordType", "Identifier": "NextRecordIdentifier"}
        start = {f"StartRecord{part}": page[key] for part, key in following.items() if page.get(key)}


def change(accounts: Accounts, zone_id: str, batch: Batch) -> str:
    """Send one atomic batch; returns the change's id, for `is_insync`.

    Raises:
        ClientError: `InvalidChangeBatch` where the zone contradicts the batch; nothing was changed.
    """
    changes = {"Comment": f"tenant-links/{__version__}", "Changes": [item.aws() for item in batch]}
    route53 = accounts.master("route53")
    sent = route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=changes)
    return str(sent["ChangeInfo"]["Id"]).removeprefix("/change/")


def is_insync(accounts: Accounts, change_id: str) -> bool:
    """Do all of Route 53's servers answer as the change says?

    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html
    """
    try:
        return str(accounts.master("route53").get_change(Id=change_id)["ChangeInfo"]["Status"]) == "INSYNC"
    except ClientError as error:
        # The id stands in the state, so Route 53 gave it once; it forgets changes that are long done.
        if code(error) == "NoSuchChange":
            return True
        raise
