"""A request as its service understands it, and answers in the service's own form: moto's parsers do the work."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import BackendRequest
from werkzeug.exceptions import HTTPException

from .principals import Identity

warnings.filterwarnings("ignore", message=".*does not match an error shape.*")

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
_PARSED = frozenset(("ec2", "elbv2", "iam", "kms", "route53", "sts"))
_ELBV2 = "2015-12-01"
_READS = ("Get", "List", "Describe", "Assume", "Simulate", "Lookup", "Test")

Answer = tuple[int, list[tuple[str, str]], bytes]


class Refusal(ServiceException):
    """An error as the service answers it.  The status follows from the service's model if none is given."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(code, message)
        self.status = status


@dataclass
class Call:
    """One request: what it asks for, and of whom."""

    service: str
    operation: str
    params: dict[str, Any]
    region: str
    key_id: str
    token: str
    model: OperationModel | None = field(repr=False)
    caller: Identity = field(default_factory=Identity)
    now: float = 0.0
    owner: str = ""
    """The account that moto is to act in: the caller's, or the key's where KMS is asked across accounts."""

    @property
    def account(self) -> str:
        return self.caller.account

    @property
    def changes(self) -> bool:
        """Whether it may change anything."""
        return not self.operation.startswith(_READS)


def decode(environ: dict[str, Any]) -> Call:
    """Read a request; its body can be read again afterwards."""
    size = int(environ.get("CONTENT_LENGTH") or 0)
    environ["body"] = environ["wsgi.input"].read(size) if size else b""
    signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
    if signed is None:
        return Call("", "", {}, "", "", token, None)
    service = signed["service"]
    if service == "elasticloadbalancing":
        version = parse_qs(environ["body"].decode(errors="replace")).get("Version", [""])[0]
        service = "elbv2" if version == _ELBV2 else "elb"
    call = Call(service, "", {}, signed["region"], signed["key"], token, None)
    return _parsed(call, environ) if service in _PARSED else call


def _parsed(call: Call, environ: dict[str, Any]) -> Call:
    request = BackendRequest(rewound(environ))
    body = environ["body"]
    try:
        model, uri_params = get_service_router(call.service).match(request)
    except HTTPException:
        return call
    protocol = determine_request_protocol(get_service_model(call.service), request.content_type)
    parsed = PROTOCOL_PARSERS[protocol](model).parse(
        {
            "method": request.method,
            "values": BackendRequest(rewound(environ)).values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": uri_params,
        }
    )
    call.operation, call.params, call.model = str(model.name), parsed or {}, model
    return call


def rewound(environ: dict[str, Any]) -> dict[str, Any]:
    """The request's environment with its body unread."""
    return {**environ, "wsgi.input": io.BytesIO(environ["body"])}


def encode(call: Call, result: dict[str, Any] | Refusal) -> Answer:
    """An answer in the protocol of the call's service."""
    service = get_service_model(call.service if call.service in _PARSED else "sts")
    model = call.model or OperationModel({}, service)
    serializer = get_serializer_class(str(service.service_name), str(service.protocol))(operation_model=model)
    made = serializer.serialize(result)
    status = made["status_code"]
    if isinstance(result, Refusal) and result.status is not None:
        status = result.status
    body = made["body"]
    return status, _headers(made["headers"].items()), body.encode() if isinstance(body, str) else body


def _headers(found: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in found if name.lower() != "content-length"]


def error_code(answer: Answer) -> str:
    """The error's code in an answer of moto."""
    status, headers, body = answer
    if status < 400:
        return ""
    kind = dict(headers).get("x-amzn-ErrorType", "")
    found = re.search(rb'<Code>([^<]+)</Code>|"__type":\s*"(?:[^"#]*#)?([^"]+)"', body)
    return kind or ((found[1] or found[2]).decode() if found else str(status))
