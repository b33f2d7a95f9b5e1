"""Links one tenant to the platform: its name in the master zone and its access to shared resources.

The platform runs this, in one stack per tenant and environment. Before, there must be:

- in the master account 999999999999: the zone app.example.com, the bucket acme-artifacts and the role tenant-linker,
  which may change the zone's records and the roles below /tenant-links/;
- in the tenant's account: its load balancer, and the role tenant-links-reader, which tenant-linker's callers may
  assume to read it (elasticloadbalancing:DescribeLoadBalancers).
"""

import pulumi

from tenant_links import CrossAccountGrant, TenantSubdomain

config = pulumi.Config()
tenant = config.require("tenant")
link = {
    "tenant": tenant,
    "environment": config.require("environment"),
    "tenant_account": config.require("account"),
}

subdomain = TenantSubdomain(
    "subdomain",
    **link,
    zone_id=config.require("zoneId"),
    zone_name=config.require("zoneName"),
    label=config.require("label"),
    load_balancer_arn=config.require("loadBalancerArn"),
)
artifacts = CrossAccountGrant(
    "artifacts",
    **link,
    actions=["s3:GetObject"],
    resources=[f"arn:aws:s3:::acme-artifacts/{tenant}/*"],
    external_id=config.require_secret("externalId"),
    organization=config.require("organization"),
    master_account=config.require("masterAccount"),
)

# What the tenant's own programs need.
pulumi.export("fqdn", subdomain.fqdn)
pulumi.export("artifactsRole", artifacts.role_arn)
pulumi.export("externalId", artifacts.external_id)
