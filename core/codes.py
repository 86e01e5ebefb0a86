"""Short random codes for addresses. They name a thing; they never give a right to it."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that reads as something else


def new_code() -> str:
    """Eight characters: 31**8, about 850 thousand million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))
