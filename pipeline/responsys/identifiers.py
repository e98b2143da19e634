"""Tell Responsys which member of the list a row is about.

=================  ===================  ======================  ===========================
identifier_type    column of the list   key of a recipient      taken from the identifiers
=================  ===================  ======================  ===========================
``riid``           ``RIID_``            ``recipientId``         ``riid``
``crm_id``         ``CUSTOMER_ID_``     ``customerId``          ``crm_id``
``hashed_email``   EMAIL_SHA256_HASH_   ``emailSHA256Hash``     ``hashed_email``, ``email``
=================  ===================  ======================  ===========================
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pipeline.model.activation import Activation
from pipeline.responsys.addresses import is_address, is_usual, without_usual_lines

DIGITS = re.compile(r"[0-9]{1,19}")  # RIID_ is a 64-bit integer
SHA256 = re.compile(r"[0-9A-Fa-f]{64}")


@dataclass(frozen=True)
class Identifier:
    """One kind of identifier; ``value`` may be asked for where ``problem`` found none."""

    column: str
    key: str
    problem: Callable[[Activation], str | None]
    value: Callable[[Activation], str | int]
    problems: Callable[[Sequence[Activation]], dict[int, str]]  # of many rows, by position


def hash_email(email: str) -> str:
    """Hash an address as Responsys hashes its own.

    Oracle documents no more than "normalized": trimmed, in lower case and UTF-8 is the convention. Compare
    with EMAIL_SHA256_HASH_ of a member of your list.
    """
    return sha256(email.strip().lower().encode()).hexdigest()


def riid_problem(activation: Activation) -> str | None:
    """Say why a row has no usable RIID."""
    riid = activation.identifiers.get("riid")
    if not riid:
        return 'identifier "riid" is missing'
    return None if DIGITS.fullmatch(riid) else 'identifier "riid" is not a number'


def riid(activation: Activation) -> int:
    """Return the RIID; Oracle's schema has it as a number."""
    return int(activation.identifiers.get("riid") or -1)


def crm_id_problem(activation: Activation) -> str | None:
    """Say why a row has no customer id."""
    return None if activation.identifiers.get("crm_id") else 'identifier "crm_id" is missing'


def crm_id(activation: Activation) -> str:
    """Return the customer id."""
    return activation.identifiers.get("crm_id") or ""


def hashed_email_problem(activation: Activation) -> str | None:
    """Say why a row has no usable hash of an address."""
    identifiers = activation.identifiers
    if hashed := identifiers.get("hashed_email"):
        return (
            None
            if SHA256.fullmatch(hashed)
            else 'identifier "hashed_email" is not a SHA-256 in 64 hex digits'
        )
    email = identifiers.get("email")
    if not email:
        return 'identifiers "hashed_email" and "email" are missing'
    # A hash here would be hashed again and, like that of anything but an address, match no member.
    return (
        None
        if is_usual(email) or is_address(email.strip())
        else 'identifier "email" is not an e-mail address'
    )


def hashed_email_problems(rows: Sequence[Activation]) -> dict[int, str]:
    """Return the problems of rows, by position; addresses of the usual form have none, and most are such."""
    found = [row.identifiers for row in rows]
    emails = ["" if "hashed_email" in each else each.get("email", "") for each in found]
    lines = "\n".join([*emails, ""])
    left, is_line_each = without_usual_lines(lines), lines.count("\n") == len(rows)
    if is_line_each and not left:
        return {}
    doubtful = set(left.split("\n") if is_line_each else emails)
    checked = {at: hashed_email_problem(rows[at]) for at, email in enumerate(emails) if email in doubtful}
    return {at: problem for at, problem in checked.items() if problem is not None}


def hashed_email(activation: Activation) -> str:
    """Return the hash that came with the row, or hash its address."""
    identifiers = activation.identifiers
    if hashed := identifiers.get("hashed_email"):
        return hashed.lower()
    return sha256((identifiers.get("email") or "").strip().lower().encode()).hexdigest()  # as hash_email does


def each_by(problem: Callable[[Activation], str | None]) -> Callable[[Sequence[Activation]], dict[int, str]]:
    """Return the function that looks at each of many rows."""

    def problems(rows: Sequence[Activation]) -> dict[int, str]:
        return {at: why for at, row in enumerate(rows) if (why := problem(row)) is not None}

    return problems


IDENTIFIERS: Mapping[str, Identifier] = {
    "riid": Identifier("RIID_", "recipientId", riid_problem, riid, each_by(riid_problem)),
    "crm_id": Identifier("CUSTOMER_ID_", "customerId", crm_id_problem, crm_id, each_by(crm_id_problem)),
    "hashed_email": Identifier(
        "EMAIL_SHA256_HASH_", "emailSHA256Hash", hashed_email_problem, hashed_email, hashed_email_problems
    ),
}
