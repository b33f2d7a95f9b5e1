"""A test fixture: DynamoDB on this machine, with real conditional writes and transactions, from memory or from a file.

It is dynoxide, which `make setup` builds.  `TENANT_SAFETY_TEST_DYNAMODB` names the endpoint of another one, such as
DynamoDB Local or a DynamoDB of a test account.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[1] / ".tools" / "bin" / "dynamodb-for-tests"
OTHER = os.environ.get("TENANT_SAFETY_TEST_DYNAMODB", "")


def environment(endpoint: str) -> dict[str, str]:
    """What a process needs to speak to it."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "a-test's-secret-key"}
    return {"AWS_ENDPOINT_URL_DYNAMODB": endpoint, "AWS_EC2_METADATA_DISABLED": "true", **keys}


@contextmanager
def serving(file: Path | None = None) -> Iterator[str]:
    """Serves, and yields the endpoint.  Skips the test where there is none."""
    if OTHER:
        yield OTHER
        return
    if not PROGRAM.is_file():
        pytest.skip("no DynamoDB: `make setup` builds one where there is cargo; or name TENANT_SAFETY_TEST_DYNAMODB")
    process = subprocess.Popen([PROGRAM, *([str(file)] if file else [])], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()
