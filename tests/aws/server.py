"""The server: what happens to a request, from its bytes to its answer.

    decode → who calls → faults before → limits → the service's rules → moto → faults after → journal

A fault or a rule that refuses is an answer of AWS's own form.  Rules and moto run under one lock, so each request is
one step for everybody.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import threading
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.route53.models import HostedZoneIdentifier
from werkzeug.serving import BaseWSGIServer, make_server

from . import authorize, control, elbv2, iam, kms, route53, sts
from .calls import Answer, Call, Refusal, decode, encode, error_code, rewound
from .faults import AFTER, Fault
from .journal import shown
from .world import Rule, World

RULES: dict[str, dict[str, Rule]] = {
    "route53": route53.RULES,
    "iam": iam.RULES,
    "sts": sts.RULES,
    "kms": kms.RULES,
    "elbv2": elbv2.RULES,
}
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 503: "Unavailable"}
_BUSY = "The request was rejected because Route 53 was still processing a prior request."
_ACCOUNT = "HTTP_X_MOTO_ACCOUNT_ID"


class Server:
    """A WSGI application in front of moto's."""

    def __init__(self) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.world = World()
        self.control = control.Control(self)
        self.reset()

    def reset(self) -> None:
        """Forget everything but the clock's step; then the fixture's own identities are there again."""
        self.forward({"PATH_INFO": "/moto-api/reset", "REQUEST_METHOD": "POST", "body": b""})
        step = self.world.clock.step
        self.world = World()
        self.world.clock.step = step
        control.seed(self.world)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(control.PATH):
            size = int(environ.get("CONTENT_LENGTH") or 0)
            text = environ["wsgi.input"].read(size)
            status, said = self.control.answer(path.removeprefix(control.PATH), json.loads(text or b"{}"))
            answer: Answer = status, [("Content-Type", "application/json")], json.dumps(said).encode()
        else:
            answer = self.serve(environ)
        status, headers, body = answer
        headers = [*headers, ("Content-Length", str(len(body)))]
        start(f"{status} {_REASONS.get(status, 'Other')}", headers)
        return [body]

    def serve(self, environ: dict[str, Any]) -> Answer:
        """Answer one request to AWS, or raise `ConnectionError` where a fault ends the connection."""
        world, call = self.world, decode(environ)
        call.now = world.clock.now
        answer: Answer | None
        committed, fault = False, None
        try:
            call.caller = world.identify(call.key_id, call.token, call.now)
            if not call.caller.onlooker:
                call.now = world.clock.tick()
                fault = world.faults.strike(call.service, call.operation, call.account)
            if fault is None:
                _throttle(call, world)
                answer = self._carry_out(call, environ)
                committed = call.changes and answer[0] < 400
                if answer[0] < 400 and not call.caller.onlooker:
                    fault = world.faults.strike(call.service, call.operation, call.account, when=AFTER)
            if fault is not None:
                answer = self._struck(call, fault)
        except Refusal as refusal:
            answer = encode(call, refusal)
        self._write(call, answer, committed, fault)
        if answer is None:
            assert fault is not None
            connection = environ["werkzeug.socket"]
            if fault.kind == "timeout":
                # Until the caller gives up: then there is something to read, the connection's end.
                select.select([connection], [], [], fault.seconds)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError("a fault ends this connection")
        return answer

    def _struck(self, call: Call, fault: Fault) -> Answer | None:
        """What a fault answers; None for nothing at all."""
        if fault.kind in ("timeout", "reset"):
            return None
        if fault.kind == "throttle":
            return encode(call, _throttled(call))
        if fault.kind == "prior":
            return encode(call, Refusal("PriorRequestNotComplete", _BUSY, 400))
        code = "ServiceUnavailable" if fault.status == 503 else "InternalFailure"
        return encode(call, Refusal(code, "The service could not handle the request.", fault.status))

    def _carry_out(self, call: Call, environ: dict[str, Any]) -> Answer:
        world, rule = self.world, RULES.get(call.service, {}).get(call.operation)
        with world.lock:
            authorize.check(call, world)
            _stale(call, world)
            result = _ruled(rule, call, world) if rule else None
            if result is not None:
                return encode(call, result)
            gone = iam.going(call)
            answer = self.forward({**environ, _ACCOUNT: call.owner or call.account})
            if answer[0] < 400:
                if gone is not None:
                    iam.died(call, world, gone)
                if call.service == "iam" and call.operation in iam.AFTER:
                    iam.AFTER[call.operation](call, world)
            return answer

    def forward(self, environ: dict[str, Any]) -> Answer:
        """Moto's answer."""
        taken: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:
            taken[:] = [int(status.split(maxsplit=1)[0]), headers]
            return lambda _body: None

        base = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "QUERY_STRING": ""}
        body = b"".join(self.moto(rewound({**base, **environ}), start))
        status, headers = taken
        return status, [pair for pair in headers if pair[0].lower() != "content-length"], body

    def _write(self, call: Call, answer: Answer | None, committed: bool, fault: Fault | None) -> None:
        if call.caller.onlooker:
            return
        self.world.journal.add(
            time=call.now,
            service=call.service,
            operation=call.operation,
            account=call.account,
            caller=call.caller.arn,
            params=shown(call.params),
            status=answer[0] if answer else 0,
            code=error_code(answer) if answer else f"no answer ({fault.kind if fault else ''})",
            committed=committed,
            fault=fault.kind if fault else "",
        )


def _ruled(rule: Rule, call: Call, world: World) -> dict[str, Any] | None:
    try:
        return rule(call, world)
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001 - A fault of this fixture must be seen, not be retried as AWS's own.
        traceback.print_exc()
        raise Refusal("LocalAwsFault", f"{type(error).__name__}: {error}", 400) from None


def _throttle(call: Call, world: World) -> None:
    if call.caller.onlooker:
        return
    wanted = {call.service: 1, f"{call.service}/{call.operation}": 1}
    if call.operation == "ChangeResourceRecordSets":
        wanted["route53/changes"] = len(call.params["ChangeBatch"]["Changes"])
    if not world.limits.take(call.account, call.now, wanted):
        raise _throttled(call)


def _throttled(call: Call) -> Refusal:
    """Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html"""
    code = "ThrottlingException" if call.service == "kms" else "Throttling"
    return Refusal(code, "Rate exceeded", 400)


def _stale(call: Call, world: World) -> None:
    """A read of IAM that does not see yet what was written.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html
    """
    reads = call.service == "iam" and call.operation.startswith(("Get", "List")) and not call.caller.onlooker
    if reads and world.faults.strike(call.service, call.operation, call.account, ("stale",)):
        name = call.params.get("RoleName") or call.params.get("UserName") or "entity"
        raise Refusal("NoSuchEntity", f"The role with name {name} cannot be found.", 404)


def _install() -> None:
    """Let moto's zones have ids that are known before they are made."""

    def remember(identifier: Any, account_id: str, name: str, _delegation_set_id: str | None) -> None:
        identifier.account_id, identifier.region, identifier.name = account_id, "", name
        identifier.zone_name = name

    identifiers: Any = HostedZoneIdentifier
    identifiers.__init__ = remember
    identifiers.generate = lambda identifier, *_, **__: control.fresh_zone_id(identifier.zone_name)
    elbv2.install()


def start() -> int:
    """Serve from a thread; returns the port."""
    _install()
    BaseWSGIServer.request_queue_size = 1024
    server = make_server("127.0.0.1", 0, Server(), threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_port)
