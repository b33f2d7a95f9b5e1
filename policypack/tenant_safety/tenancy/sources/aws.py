"""How the registry's places in AWS are reached: sessions, time-outs, and which errors mean that nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as Disconnected

from .reading import RegistryError, RegistryUnreachable

if TYPE_CHECKING:
    from . import Place

Client = Any
"""A boto3 client: its methods are made at run time, so there is no type to name."""

CONFIG = Config(
    connect_timeout=5,
    read_timeout=15,
    # https://docs.aws.amazon.com/boto3/latest/guide/retries.html
    retries={"mode": "standard", "total_max_attempts": 4},
    user_agent_extra="tenant-safety registry",
)
_BUSY = ("InternalServerError", "ServiceUnavailable", "InternalFailure", "SlowDown", "RequestLimitExceeded")
_THROTTLED = ("ThrottlingException", "ProvisionedThroughputExceededException", "Throttling")


def client(service: str, place: Place, region: str) -> Client:
    """A client that acts as the place's role, or else with what boto3 finds.  Raises `RegistryError`."""
    with spoken(place.url):
        session = boto3.Session(region_name=region or None)
        if place.role:
            sts = session.client("sts", config=CONFIG)
            keys = sts.assume_role(RoleArn=place.role, RoleSessionName="tenant-safety-registry")["Credentials"]
            session = boto3.Session(
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
                region_name=region or None,
            )
        return session.client(service, config=CONFIG)


def caller_of(place: Place, region: str) -> str:
    """Whose credentials these are, by AWS's word: the ARN of who asks, before the place's role.

    Raises `RegistryError`.
    """
    with spoken(place.url):
        asked = boto3.Session(region_name=region or None).client("sts", config=CONFIG)
        return str(asked.get_caller_identity()["Arn"])


@contextmanager
def spoken(url: str) -> Iterator[None]:
    """Turns AWS's errors into the registry's; a refusal is one, and only silence is `RegistryUnreachable`."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "?"))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in (*_BUSY, *_THROTTLED) or status >= 500:
            raise RegistryUnreachable(_told(url, code)) from None
        raise RegistryError(f"{_told(url, code)}: {_first_line(error)}") from None
    except (Disconnected, HTTPClientError) as error:
        raise RegistryUnreachable(_told(url, _first_line(error))) from None
    except BotoCoreError as error:
        raise RegistryError(_told(url, _first_line(error))) from None


def _told(url: str, why: str) -> str:
    return f"{url}: expected the registry, and AWS says {why}"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__
