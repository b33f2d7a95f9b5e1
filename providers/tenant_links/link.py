"""A tenant's whole link to the platform, as one component."""

from collections.abc import Mapping, Sequence

import pulumi

from tenant_links.grant import CrossAccountGrant
from tenant_links.subdomain import TenantSubdomain


class TenantLink(pulumi.ComponentResource):
    """The tenant's name in the master zone, and what it may use of the master account.

        link = TenantLink(
            "link", tenant="customer1", environment="prod", load_balancer_arn=load_balancer_arn,
            actions=["s3:GetObject"], resources=["arn:aws:s3:::artifacts/customer1/*"],
        )
        pulumi.export("fqdn", link.fqdn)

    Zone, label, account, external id and boundary are the registry's.  The name is made after the role and goes before
    it, so that it never leads to a tenant that is not linked yet, or not any more.

    Errors: as of its parts.
    """

    fqdn: pulumi.Output[str]
    """The tenant's name without the trailing dot; known in previews."""
    role_arn: pulumi.Output[str | None]
    """What the tenant's programs assume; None without `actions`.  Known in previews."""
    external_id: pulumi.Output[str | None]
    """What they pass as `ExternalId`; secret."""

    def __init__(
        self,
        name: str,
        *,
        tenant: pulumi.Input[str],
        environment: pulumi.Input[str],
        load_balancer_arn: pulumi.Input[str] | None = None,
        dns_name: pulumi.Input[str] | None = None,
        label: pulumi.Input[str] | None = None,
        actions: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        resources: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        answering: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        Args:
            name: The component's name in the stack; the parts are `<name>-subdomain` and `<name>-grant`.
            tenant: The tenant, as in the registry.
            environment: The environment.
            load_balancer_arn: The tenant's load balancer, or else
            dns_name: a name for a CNAME.
            label: The tenant's subdomain if not given.
            actions: What the tenant may do in the master account; nothing if not given.
            resources: With what: ARNs.
            tags: The role's tags beside the owner's.
            answering: Give `fqdn` only when all of Route 53's servers answer for it.
            opts: Pulumi's options.
        """
        super().__init__("tenant-links:index:TenantLink", name, {}, opts)
        if (actions is None) != (resources is None):
            raise ValueError("expected actions and resources, or neither of them")
        self.grant: CrossAccountGrant | None = None
        if actions is not None and resources is not None:
            self.grant = CrossAccountGrant(
                f"{name}-grant",
                tenant=tenant,
                environment=environment,
                actions=actions,
                resources=resources,
                tags=tags,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.subdomain = TenantSubdomain(
            f"{name}-subdomain",
            tenant=tenant,
            environment=environment,
            label=label,
            load_balancer_arn=load_balancer_arn,
            dns_name=dns_name,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.grant] if self.grant else []),
        )
        self.fqdn = self.subdomain.answering() if answering else self.subdomain.fqdn
        nothing = pulumi.Output.from_input(None)
        self.role_arn = self.grant.role_arn if self.grant else nothing
        self.external_id = self.grant.external_id if self.grant else nothing
        self.register_outputs({"fqdn": self.fqdn, "role_arn": self.role_arn, "external_id": self.external_id})
