"""A test fixture: a local AWS that is as strict as AWS, in a process of its own, with faults to switch on.

    with serve() as aws:
        zone = aws.zone(MASTER, "app.example.com")
        arn = aws.load_balancer("111111111111", "customer1")
        aws.faults.error("route53", "ChangeResourceRecordSets", after=True, count=2)
        run(env=aws.environment())
        assert [] == aws.journal.actions("UPSERT")

It stands in front of moto and enforces what moto does not; each rule names AWS's page.  Time is virtual: a request
takes `aws.clock.step` seconds, and a test adds what it likes.  `aws.session(account)` acts as an administrator of an
account, `aws.session(account, role)` as a session of a role; everyone else has to assume roles as on AWS.
"""

from .handle import Aws, serve
from .names import LINKER, MASTER, READER, REGION, dns_name, load_balancer_arn, zone_id

__all__ = ["LINKER", "MASTER", "READER", "REGION", "Aws", "dns_name", "load_balancer_arn", "serve", "zone_id"]
