"""Links one tenant to the platform: its name in the master zone and its access to shared resources.

The platform runs this, in one stack per tenant and environment. Before, there must be:

- the registry, whose file TENANT_LINKS_REGISTRY names: whose account, label, zone and external id these are, and what
  the tenant may be granted;
- in the master account 999999999999: the zone app.example.com, the bucket acme-artifacts, the permission boundary
  tenant-links-boundary, and the role tenant-linker, which may change the zone's records and the roles below
  /tenant-links/ (`tenant-safety links policy` prints what they are allowed);
- in the tenant's account: its load balancer, and the role tenant-links-reader, which tenant-linker may assume to read
  it (elasticloadbalancing:DescribeLoadBalancers).
"""

import pulumi

from tenant_links import TenantLink

config = pulumi.Config()
tenant = config.require("tenant")

link = TenantLink(
    "link",
    tenant=tenant,
    environment=config.require("environment"),
    load_balancer_arn=config.require("loadBalancerArn"),
    actions=["s3:GetObject"],
    resources=[f"arn:aws:s3:::acme-artifacts/{tenant}/*"],
    label=config.get("label"),
)

# What the tenant's own programs need.
pulumi.export("fqdn", link.fqdn)
pulumi.export("role", link.role_arn)
pulumi.export("externalId", link.external_id)
