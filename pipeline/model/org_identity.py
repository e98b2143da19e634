"""Identity of an org: a host may be given to another one, whose records are not those that are known."""


def other_org(known: str, found: str) -> str:
    """Say that another org than the known one answers; "": it is the same, or one of them is unknown."""
    if not known or not found or known == found:
        return ""
    return (
        f"the host is now that of org {found}, and records are known of org {known}: "
        "give the source another name, or the connector the host of its org"
    )
