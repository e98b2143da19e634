"""People: recipients by number, the same in all files; the addresses are those of the Responsys emulator."""

FIRST_RIID = 100_000_001
COUNTRY = "49"


def riid_of(number: int) -> int:
    """Return the recipient id of a person."""
    return FIRST_RIID + number


def address_of(number: int) -> str:
    """Return the address of a person: "demo-7@example.com"."""
    return f"demo-{number}@example.com"


def customer_of(number: int) -> str:
    """Return the customer id of a person."""
    return f"C-{number}"


def mobile_of(number: int) -> str:
    """Return the mobile number of a person."""
    return f"{COUNTRY}151{number:08d}"
