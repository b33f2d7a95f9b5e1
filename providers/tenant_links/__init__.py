"""Link a tenant to what all share: its name in the master zone, its access in the master account.

    from tenant_links import CrossAccountGrant, TenantLink, TenantSubdomain

The module paths `tenant_links.subdomain` and `tenant_links.grant` stand in users' state files: they never
change.
"""

from tenant_links.aws import __version__
from tenant_links.claim import LinkError
from tenant_links.grant import CrossAccountGrant
from tenant_links.link import TenantLink
from tenant_links.subdomain import TenantSubdomain

__all__ = ["CrossAccountGrant", "LinkError", "TenantLink", "TenantSubdomain", "__version__"]
