"""Sizes: bytes for people, such as "1.5 GB"."""

UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def spell(size: float) -> str:
    """Write a number of bytes: "512 MB"."""
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.{1 if size < 10 * unit else 0}f} {name}"
    return f"{size:.0f} bytes"
