"""A registry for one test, and a link provider that is bounded by it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from pulumi.dynamic import Config, ConfigureRequest

from tenant_links.aws import Accounts
from tenant_links.lifecycle import LinkProvider
from tests.aws import MASTER, Aws, zone_id

ACCOUNTS = {
    "customer1": {"prod": "111111111111", "beta": "111111111112"},
    "customer2": {"prod": "222222222222"},
    "customer3": {"prod": "333333333333"},
    "vault": {"prod": "444444444444"},
}
BOUNDARY = f"arn:aws:iam::{MASTER}:policy/tenant-links-boundary"
SHARED = "arn:aws:s3:::platform-artifacts"
KEYS = f"arn:aws:kms:*:{MASTER}:key/*"
KEY_ACTIONS = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]

Raw = dict[str, Any]
P = TypeVar("P", bound=LinkProvider)
_numbers = itertools.count()


def external_id(tenant: str, environment: str) -> str:
    return f"issued-to-{tenant}-{environment}-zJ6mT0vQ"


def registry(zone_name: str = "app.example.com", **links: Any) -> Raw:
    """A registry with the pairs of `ACCOUNTS`; `links` are laid over `platform.links`.

    The tenants but `vault`, whose plan is of high security, may be granted what is theirs in a shared bucket, the
    platform's keys, and a table and parameters that the plan names too widely.
    """
    tenants = {
        tenant: {
            "plan": "vault" if tenant == "vault" else "standard",
            "group": "all",
            "subdomain": tenant,
            "environments": {
                name: {"account": account, "external_id": external_id(tenant, name)}
                for name, account in environments.items()
            },
        }
        for tenant, environments in ACCOUNTS.items()
    }
    grants = [
        {"actions": ["s3:GetObject", "s3:ListBucket"], "resources": [f"{SHARED}/{{tenant}}/*"]},
        {"actions": ["s3:GetObjectTagging"], "resources": [f"{SHARED}/*"]},
        {"actions": ["ssm:GetParameter"], "resources": [f"arn:aws:ssm:*:{MASTER}:parameter/*"]},
        {"actions": KEY_ACTIONS, "resources": [KEYS]},
    ]
    return {
        "version": 1,
        "platform": {
            "organization": "o-a1b2c3d4e5",
            "master_account": MASTER,
            "log_account": "888888888888",
            "regions": ["eu-central-1"],
            "global_config": [f"arn:aws:ssm:*:{MASTER}:parameter/global/*"],
            **dict.fromkeys(("registry", "state", "pack"), "not-in-aws"),
            "linker_roles": [f"arn:aws:iam::{MASTER}:role/tenant-linker*"],
            "cicd_roles": {"names": ["cicd-*"]},
            "log_destinations": ["arn:aws:s3:::acme-central-logs*"],
            "links": {"zone": zone_id(zone_name), "zone_name": zone_name, "boundary": BOUNDARY, **links},
        },
        "groups": {"all": {"branch": "main"}},
        "plans": {"standard": {"grants": grants, "capacity": {}}, "vault": {"high_security": True, "capacity": {}}},
        "tenants": tenants,
    }


def written(folder: Path, registry: Raw) -> Path:
    """The registry as a file of its own: a provider reads each path once."""
    path = folder / f"tenancy{next(_numbers)}.yaml"
    path.write_text(yaml.safe_dump(registry), encoding="utf-8")
    return path


@contextlib.contextmanager
def acting(cloud: Aws) -> Iterator[None]:
    """Act as the master account's pipeline."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in cloud.environment().items():
            environment.setenv(name, value)
        yield


def configured(kind: type[P], path: Path | None, accounts: Accounts | None = None) -> P:
    """A provider that is bounded by the registry at `path`; `accounts` spares it the making of clients."""
    provider = kind()
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("TENANT_LINKS_REGISTRY", raising=False)
        if path is not None:
            environment.setenv("TENANT_LINKS_REGISTRY", str(path))
        provider.configure(ConfigureRequest(Config({}, "links")))
    if accounts is not None:
        provider.accounts = accounts
    return provider


def without_nothing(given: Raw) -> Raw:
    return {key: value for key, value in given.items() if value is not None}
