"""Serves the local AWS: moto, with Route 53 and IAM as strict as AWS where ownership depends on it."""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any

from moto.elbv2 import models as elbv2
from moto.iam.exceptions import EntityAlreadyExists
from moto.iam.models import IAMBackend
from moto.route53 import models as route53
from moto.route53.exceptions import Route53ClientError
from moto.server import ThreadedMotoServer

from . import load_balancer_arn, zone_id

_LOCK = threading.Lock()  # a batch is one step for everybody


def _strict_changes(backend: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
    """Route 53's CREATE, DELETE and atomic batches, where moto takes over, deletes by name and stops half-way.

    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
    """
    with _LOCK:
        _apply(backend.get_hosted_zone(zoneid), change_list)


def _apply(zone: Any, change_list: list[dict[str, Any]]) -> None:
    after = {(record.name, record.type, record.set_identifier): record for record in zone.rrsets}
    for change in change_list:
        action, wanted = change["Action"], dict(change["ResourceRecordSet"])
        wanted["Name"] = wanted["Name"].lower().rstrip(".") + "."
        if "ResourceRecords" in wanted:
            wanted["ResourceRecords"] = [value["Value"] for value in wanted["ResourceRecords"]]
        if "AliasTarget" in wanted:
            alias = wanted["AliasTarget"]
            wanted["AliasTarget"] = alias | {"DNSName": alias["DNSName"].lower().rstrip(".") + "."}
        record = route53.RecordSet(wanted)
        key = record.name, record.type, record.set_identifier
        shown = f"resource record set [name='{record.name}', type='{record.type}']"
        if not record.name.endswith("." + zone.name) and record.name != zone.name:
            fault = f"RRSet with DNS name {record.name} is not permitted in zone {zone.name}"
        elif action == "CREATE" and key in after:
            fault = f"[Tried to create {shown} but it already exists]"
        elif action == "DELETE" and key not in after:
            fault = f"[Tried to delete {shown} but it was not found]"
        elif action == "DELETE" and _values(after[key]) != _values(record):
            fault = f"[Tried to delete {shown} but the values provided do not match the current values]"
        else:
            if action == "DELETE":
                del after[key]
            else:
                after[key] = record
            continue
        raise Route53ClientError("InvalidChangeBatch", fault)
    for name in {name for name, kind, _ in after if kind == "CNAME"}:
        if len([key for key in after if key[0] == name]) > 1:
            fault = f"[RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with others]"
            raise Route53ClientError("InvalidChangeBatch", fault)
    zone.rrsets = list(after.values())


def _values(record: Any) -> tuple[str, list[str], dict[str, str]]:
    alias = {key: str(value).lower() for key, value in (record.alias_target or {}).items()}
    return str(record.ttl), sorted(record.records), alias


def _serve() -> None:
    def load_balancer(account_id: str, name: str, region_name: str, **_: object) -> str:
        return load_balancer_arn(account_id, name, region_name)

    def create_role(backend: Any, role_name: str, *args: object, **more: object) -> Any:
        if any(role.name.lower() == role_name.lower() for role in backend.get_roles()):
            raise EntityAlreadyExists(f"Role with name {role_name} already exists.")
        return make_role(backend, role_name, *args, **more)

    make_role = IAMBackend.create_role
    elbv2.make_arn_for_load_balancer = load_balancer
    IAMBackend.create_role = create_role
    route53.HostedZoneIdentifier.__init__ = _remember
    route53.HostedZoneIdentifier.generate = lambda identifier, *_, **__: zone_id(identifier.zone_name)
    route53.Route53Backend.change_resource_record_sets = _strict_changes
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()


def _remember(identifier: Any, account_id: str, name: str, delegation_set_id: str | None) -> None:
    identifier.account_id, identifier.region, identifier.name = account_id, "", name
    identifier.zone_name = name


if __name__ == "__main__":
    _serve()
