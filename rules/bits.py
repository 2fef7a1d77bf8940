"""Whole numbers as sets of small numbers."""


def places(number: int) -> list[int]:
    """Return the places of the bits that are set, lowest first."""
    found: list[int] = []
    while number:
        place = number.bit_length() - 1
        found.append(place)
        number ^= 1 << place
    found.reverse()
    return found
