"""tenant-safety: proves that the tenants of a SaaS platform stay apart on AWS."""

__version__ = "0.1.0"
