"""What there is to watch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Title:
    label: str
    duration_s: float | None  # None: a live stream
    weight: int  # how much more often it is chosen than a title of weight 1


CATALOGUE = [
    Title("Harbour at Dawn", 1_260, 8),
    Title("The Long Way North, Episode 1", 2_640, 6),
    Title("The Long Way North, Episode 2", 2_580, 4),
    Title("Kitchen Physics: Caramel", 540, 3),
    Title("City League: Final, live", None, 9),
    Title("A Short History of Maps", 900, 2),
    Title("Night Trains", 1_980, 2),
    Title("Two Minutes of Rain", 120, 3),
]
