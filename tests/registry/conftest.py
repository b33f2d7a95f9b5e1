"""Places in AWS where a registry lives: a DynamoDB with real transactions, and S3 and STS of moto."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from tenant_safety.tenancy import load, place_of
from tenant_safety.tenancy.sources import aws
from tenant_safety.tenancy.sources.dynamodb import Table
from tests.dynamodb import serving

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"


@pytest.fixture(scope="session", autouse=True)
def models() -> Iterator[None]:
    """What botocore knows of AWS is read once: each session would read megabytes of JSON of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", functools.cache(botocore.session.create_loader))
        yield


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[str]:
    """The URL of a DynamoDB."""
    with serving() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The URL of moto, which has S3 and STS."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    # Nobody waits in a test for somebody who does not answer.
    quick = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
    monkeypatch.setattr(aws, "CONFIG", quick)


@pytest.fixture
def s3(credentials: None, moto: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of S3; STS answers, too."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", moto)
    return boto3.Session().client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"registry-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


@pytest.fixture
def stored(s3: Any, bucket: str) -> Callable[[bytes | str], str]:
    """Puts an object there; returns its URL."""

    def put(content: bytes | str) -> str:
        s3.put_object(Bucket=bucket, Key="tenancy.yaml", Body=content)
        return f"s3://{bucket}/tenancy.yaml"

    return put


@pytest.fixture
def empty(s3: Any, dynamodb: str, monkeypatch: pytest.MonkeyPatch) -> Table:
    """A table without a registry."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb)
    table = Table.at(place_of(f"dynamodb://{REGION}/tenancy-{uuid.uuid4().hex}"))
    table.create()
    return table


@pytest.fixture
def table(empty: Table) -> Table:
    """A table with the example's registry."""
    empty.take_over(load(ROOT / "tenancy.yaml").document, None, by="arn:aws:iam::999999999999:user/root", why="first")
    return empty
