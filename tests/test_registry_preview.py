"""The pack on the real engine with its registry in DynamoDB, and when nobody answers there."""

from pathlib import Path

import pytest

from tenant_safety.tenancy import load, place_of
from tenant_safety.tenancy.sources.dynamodb import Table
from tests import dynamodb
from tests.engine import ROOT, Engine, Run
from tests.test_crossguard_engine import ONE_PARAMETER, PINNED, found, pack_config, shop

pytestmark = pytest.mark.engine

URL = "dynamodb://eu-central-1/tenancy"


def test_a_registry_in_dynamodb_decides_and_its_silence_stops(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tenant that was written there a moment ago is known; where nobody answers nothing passes, unless a copy may."""

    def preview(url: str) -> Run:
        config = pack_config(tmp_path, {"registry-unreadable": {"registry": url}})
        return engine.preview(
            program, "new-prod", policy_pack=ROOT, policy_pack_config=config, config=PINNED, env=environment
        )

    program = shop(tmp_path, ONE_PARAMETER)
    cached = f"{URL}?cache={tmp_path / 'copy.json'}&max-age=1"
    with dynamodb.serving() as endpoint:
        environment = dynamodb.environment(endpoint)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        table = Table.at(place_of(URL))
        table.create()
        document = load(ROOT / "tenancy.yaml").document
        tenants = {name: about for name, about in document["tenants"].items() if name != "customer1"}
        table.take_over({**document, "tenants": tenants}, None, by="a test", why="to begin with")
        unknown = preview(cached)
        onboarded = {**document["tenants"]["customer1"], "subdomain": "new"}
        table.change("tenants/new", lambda _: onboarded, by="a test", why="a new customer")
        known = preview(cached)
    silent, copied, too_old = preview(URL), preview(cached), preview(cached.replace("max-age=1", "max-age=0"))

    assert [("mandatory", "stack-unregistered", "(stack)")] == found(unknown)
    assert (0, []) == (known.exit_code, found(known)), known.errors
    assert [("mandatory", "registry-unreadable", "(stack)")] == found(silent)
    assert f"{URL}: expected the registry, and AWS says" in silent.findings[0].message
    assert (0, []) == (copied.exit_code, found(copied)), copied.errors
    assert any("(cached, 0 min old)" in each.message for each in copied.messages), copied.messages
    assert [("mandatory", "registry-unreadable", "(stack)")] == found(too_old)
