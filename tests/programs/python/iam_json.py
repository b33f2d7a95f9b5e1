"""What the programs of this folder share, as a team's own module would."""

import json
from collections.abc import Mapping
from typing import Any

ACCOUNT = "111111111111"
REGION = "eu-central-1"
CENTRAL = f"arn:aws:logs:{REGION}:888888888888:destination:central-application"


def allow(action: Any, resource: Any, condition: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A statement that allows."""
    more = {} if condition is None else {"Condition": condition}
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def document(*statements: Any) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": [*statements]}


def service(name: str, source: str = "") -> str:
    """A trust policy for a service of AWS, which acts for the account `source` alone where one is given."""
    who = {"Service": f"{name}.amazonaws.com"}
    only = {"Condition": {"StringEquals": {"aws:SourceAccount": source}}} if source else {}
    return json.dumps(document({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole", **only}))
