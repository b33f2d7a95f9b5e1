"""The pack's own config names the registry and may be stricter than it, never laxer."""

from typing import Any

import pytest

from tenant_safety.rules import CATALOG
from tenant_safety.settings import Settings, SettingsError, settings


def test_no_config() -> None:
    """The default registry, and the registry's levels."""
    actual = settings({}, {})

    assert Settings() == actual


def test_what_may_be_said() -> None:
    """Levels that raise, unknowns, and where the registry is."""
    levels = {"logs-not-central": "mandatory", "log-route-foreign": "advisory"}
    properties = {
        "registry-unreadable": {"registry": "/etc/tenancy.yaml"},
        "logs-not-central": {"onUnknown": "deny"},
        "capacity-exceeds-plan": {"onUnknown": "decide-at-up"},
        "capacity-sum-exceeds-plan": {"states": "/srv/states"},
    }

    actual = settings(levels, properties)

    assert (
        Settings(
            "/etc/tenancy.yaml",
            {"logs-not-central": "mandatory"},
            {"logs-not-central": "deny", "capacity-exceeds-plan": "decide-at-up"},
            "/srv/states",
        )
        == actual
    )


@pytest.mark.parametrize(
    ("levels", "properties", "message"),
    [
        ({"logs-not-centrl": "mandatory"}, {}, "'logs-not-centrl': expected a rule's id: registry-unreadable, "),
        ({}, {"logs_not_central": {}}, "'logs_not_central': expected a rule's id: registry-unreadable, "),
        ({"logs-not-central": "disabled"}, {}, "logs-not-central: expected advisory or mandatory, got disabled; "),
        (
            {},
            {"logs-not-central": {"onUnknown": "allow"}},
            "logs-not-central.onUnknown: expected deny or decide-at-up, got 'allow'",
        ),
        (
            {},
            {"logs-not-central": {"registry": "/tmp/mine.yaml"}},
            "logs-not-central.registry: expected one of onUnknown, got '/tmp/mine.yaml'",
        ),
        (
            {},
            {"capacity-exceeds-plan": {"states": "/srv/states"}},
            "capacity-exceeds-plan.states: expected one of onUnknown, got '/srv/states'",
        ),
        (
            {},
            {"capacity-sum-exceeds-plan": {"states": ""}},
            "capacity-sum-exceeds-plan.states: expected one of onUnknown, states, got ''",
        ),
        (
            {},
            {"registry-unreadable": {"registry": ""}},
            "registry-unreadable.registry: expected one of onUnknown, registry, got ''",
        ),
        (
            {},
            {"registry-unreadable": {"registry": 7}},
            "registry-unreadable.registry: expected one of onUnknown, registry, got 7",
        ),
        (
            {},
            {"logs-not-central": {"onunknown": "deny"}},
            "logs-not-central.onunknown: expected one of onUnknown, got 'd",
        ),
    ],
)
def test_what_is_refused(levels: dict[str, str], properties: dict[str, dict[str, Any]], message: str) -> None:
    """The engine takes misspelt names and keys without a word, so the pack does not."""
    with pytest.raises(SettingsError) as error:
        settings(levels, properties)

    assert str(error.value).startswith(message)


def test_all_faults_are_told_at_once() -> None:
    """A line for each, in order."""
    levels = {"z": "mandatory", "a": "mandatory", CATALOG[0].id: "disabled"}

    with pytest.raises(SettingsError) as error:
        settings(levels, {})

    assert ["'a'", "'z'", CATALOG[0].id] == [line.split(":")[0] for line in str(error.value).splitlines()]
