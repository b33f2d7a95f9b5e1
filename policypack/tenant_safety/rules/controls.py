"""The controls of public frameworks that rules bear on, each with the page that it was read on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a framework, under its own id and title."""

    framework: str
    id: str
    title: str
    page: str


SAAS_LENS = "AWS Well-Architected SaaS Lens"
WELL_ARCHITECTED = "AWS Well-Architected Framework, Security Pillar"
CIS = "CIS AWS Foundations Benchmark v3.0.0"
NIST = "NIST SP 800-53 Rev. 5"

_AWS = "https://docs.aws.amazon.com/wellarchitected"
_PERMISSIONS = f"{_AWS}/latest/security-pillar/permissions-management.html"
_NETWORK = f"{_AWS}/2024-06-27/framework/sec-05.html"
_CSF = "https://csf.tools/reference/nist-sp-800-53/r5"
_STIGS = "https://www.stigviewer.com/controls/nist-800-53"
_ACCESS_CONTROL = "https://secframe.arnav.au/f/nist-800-53/ac"
_AUDIT = "https://secframe.arnav.au/f/nist-800-53/au"
_CONFIGURATION = "https://secframe.arnav.au/f/nist-800-53/cm"
_AUTHENTICATION = "https://secframe.arnav.au/f/nist-800-53/ia"
_COMMUNICATIONS = "https://www.myctrl.tools/frameworks/nist-800-53-r5/family/sc"
_SHARED_LISTS = "https://post288.com/soc/identify/asset-management-checklist"

CONTROLS: dict[str, Control] = {
    "saas-lens:SEC-1": Control(
        SAAS_LENS,
        "SaaS SEC 1",
        "How are you associating tenant context with users and applying that context within your SaaS architecture?",
        f"{_AWS}/latest/saas-lens/security-pillar.html",
    ),
    "saas-lens:SEC-2": Control(
        SAAS_LENS,
        "SaaS SEC 2",
        "How are you ensuring that tenant resources are protected from cross-tenant access?",
        "https://wa.aws.amazon.com/saas.question.SEC_2.en.html",
    ),
    "saas-lens:REL-1": Control(
        SAAS_LENS,
        "SaaS REL 1",
        "How do you limit an individual tenant’s ability to impose load that may impact availability for other tenants "
        "of your system?",
        "https://wa.aws.amazon.com/saas.question.REL_1.en.html",
    ),
    "saas-lens:PERF-3": Control(
        SAAS_LENS,
        "SaaS PERF 3",
        "How do you enable varying levels of performance for different tenant tiers and plans?",
        f"{_AWS}/latest/saas-lens/monitoring.html",
    ),
    "well-architected:SEC01-BP01": Control(
        WELL_ARCHITECTED,
        "SEC01-BP01",
        "Separate workloads using accounts",
        f"{_AWS}/latest/framework/sec_securely_operate_multi_accounts.html",
    ),
    "well-architected:SEC02-BP02": Control(
        WELL_ARCHITECTED,
        "SEC02-BP02",
        "Use temporary credentials",
        f"{_AWS}/latest/framework/sec_identities_unique.html",
    ),
    "well-architected:SEC03-BP02": Control(
        WELL_ARCHITECTED, "SEC03-BP02", "Grant least privilege access", _PERMISSIONS
    ),
    "well-architected:SEC03-BP05": Control(
        WELL_ARCHITECTED, "SEC03-BP05", "Define permission guardrails for your organization", _PERMISSIONS
    ),
    "well-architected:SEC03-BP06": Control(
        WELL_ARCHITECTED, "SEC03-BP06", "Manage access based on lifecycle", _PERMISSIONS
    ),
    "well-architected:SEC03-BP07": Control(
        WELL_ARCHITECTED,
        "SEC03-BP07",
        "Analyze public and cross-account access",
        f"{_AWS}/latest/security-pillar/sec_permissions_analyze_cross_account.html",
    ),
    "well-architected:SEC03-BP08": Control(
        WELL_ARCHITECTED, "SEC03-BP08", "Share resources securely within your organization", _PERMISSIONS
    ),
    "well-architected:SEC03-BP09": Control(
        WELL_ARCHITECTED,
        "SEC03-BP09",
        "Share resources securely with a third party",
        f"{_AWS}/latest/framework/sec_permissions_share_securely_third_party.html",
    ),
    "well-architected:SEC04-BP01": Control(
        WELL_ARCHITECTED,
        "SEC04-BP01",
        "Configure service and application logging",
        f"{_AWS}/latest/framework/sec_detect_investigate_events_app_service_logging.html",
    ),
    "well-architected:SEC04-BP02": Control(
        WELL_ARCHITECTED,
        "SEC04-BP02",
        "Capture logs, findings, and metrics in standardized locations",
        f"{_AWS}/latest/security-pillar/sec_detect_investigate_events_logs.html",
    ),
    "well-architected:SEC05-BP02": Control(
        WELL_ARCHITECTED, "SEC05-BP02", "Control traffic flow within your network layers", _NETWORK
    ),
    "well-architected:SEC08-BP04": Control(
        WELL_ARCHITECTED,
        "SEC08-BP04",
        "Enforce access control",
        f"{_AWS}/latest/framework/sec_protect_data_rest_access_control.html",
    ),
    "well-architected:SEC11-BP07": Control(
        WELL_ARCHITECTED,
        "SEC11-BP07",
        "Regularly assess security properties of the pipelines",
        f"{_AWS}/latest/framework/sec_appsec_regularly_assess_security_properties_of_pipelines.html",
    ),
    "cis-aws:1.14": Control(
        CIS,
        "1.14",
        "Ensure access keys are rotated every 90 days or less",
        "https://hub.steampipe.io/mods/turbot/aws_compliance/controls/control.cis_v300_1_14",
    ),
    "cis-aws:1.16": Control(
        CIS,
        "1.16",
        "Ensure IAM policies that allow full '*:*' administrative privileges are not attached",
        "https://tenable.com/audits/items/CIS_Amazon_Web_Services_Foundations_v3.0.0_L1.audit:"
        "2e038d73235104739c71bc76276d847b",
    ),
    "cis-aws:2.1.4": Control(
        CIS,
        "2.1.4",
        "S3 general purpose buckets should have block public access settings enabled",
        "https://docs.amazonaws.cn/en_us/securityhub/latest/userguide/s3-controls.md",
    ),
    "cis-aws:3.1": Control(
        CIS,
        "3.1",
        "Ensure CloudTrail is enabled in all regions",
        "https://github.com/turbot/steampipe-mod-aws-compliance/blob/v0.93/cis_v300/section_3.sp",
    ),
    "nist-800-53:AC-3": Control(NIST, "AC-3", "Access Enforcement", _ACCESS_CONTROL),
    "nist-800-53:AC-4": Control(NIST, "AC-4", "Information Flow Enforcement", f"{_STIGS}/AC-4"),
    "nist-800-53:AC-5": Control(NIST, "AC-5", "Separation of Duties", _ACCESS_CONTROL),
    "nist-800-53:AC-6": Control(NIST, "AC-6", "Least Privilege", f"{_CSF}/ac/ac-6/"),
    "nist-800-53:AC-20": Control(NIST, "AC-20", "Use of External Systems", _SHARED_LISTS),
    "nist-800-53:AC-21": Control(
        NIST,
        "AC-21",
        "Information Sharing",
        "https://github-wiki-see.page/m/NIST-SP-800-53-R5/NIST-SP-800-53-R5.github.io/wiki/AC-21-INFORMATION-SHARING",
    ),
    "nist-800-53:AU-2": Control(NIST, "AU-2", "Event Logging", f"{_STIGS}/AU-2"),
    "nist-800-53:AU-6": Control(NIST, "AU-6", "Audit Record Review, Analysis, and Reporting", f"{_STIGS}/AU-6"),
    "nist-800-53:AU-9": Control(NIST, "AU-9", "Protection of Audit Information", _AUDIT),
    "nist-800-53:AU-12": Control(NIST, "AU-12", "Audit Record Generation", f"{_STIGS}/AU-12"),
    "nist-800-53:CA-3": Control(
        NIST,
        "CA-3",
        "Information Exchange",
        "https://github-wiki-see.page/m/NIST-SP-800-53-R5/NIST-SP-800-53-R5.github.io/wiki/CA-3-INFORMATION-EXCHANGE",
    ),
    "nist-800-53:CM-3": Control(NIST, "CM-3", "Configuration Change Control", f"{_STIGS}/CM-3"),
    "nist-800-53:CM-5": Control(
        NIST,
        "CM-5",
        "Access Restrictions for Change",
        f"{_CSF}/cm/cm-5/",
    ),
    "nist-800-53:CM-7": Control(NIST, "CM-7", "Least Functionality", _CONFIGURATION),
    "nist-800-53:CM-8": Control(NIST, "CM-8", "System Component Inventory", _CONFIGURATION),
    "nist-800-53:CM-12": Control(NIST, "CM-12", "Information Location", _CONFIGURATION),
    "nist-800-53:IA-5": Control(
        NIST,
        "IA-5",
        "Authenticator Management",
        f"{_CSF}/ia/ia-5/",
    ),
    "nist-800-53:IA-8": Control(
        NIST, "IA-8", "Identification and Authentication (Non-organizational Users)", _AUTHENTICATION
    ),
    "nist-800-53:IA-9": Control(NIST, "IA-9", "Service Identification and Authentication", _AUTHENTICATION),
    "nist-800-53:SA-9": Control(NIST, "SA-9", "External System Services", _SHARED_LISTS),
    "nist-800-53:SC-4": Control(NIST, "SC-4", "Information in Shared System Resources", _COMMUNICATIONS),
    "nist-800-53:SC-6": Control(NIST, "SC-6", "Resource Availability", _COMMUNICATIONS),
    "nist-800-53:SC-28": Control(NIST, "SC-28", "Protection of Information at Rest", f"{_STIGS}/SC-28"),
    "nist-800-53:SC-7": Control(NIST, "SC-7", "Boundary Protection", f"{_CSF}/sc/sc-7/"),
    "nist-800-53:SC-7(10)": Control(NIST, "SC-7(10)", "Boundary Protection: Prevent Exfiltration", _COMMUNICATIONS),
    "nist-800-53:SC-7(18)": Control(NIST, "SC-7(18)", "Boundary Protection: Fail Secure", _COMMUNICATIONS),
}
"""By what rules name them: framework and id."""
