"""A state that only a certain sequence of calls with certain arguments reaches, and helpers that know the constants."""

WORDS = {"sesame": ("open", 7), "mellon": ("speak", 12)}
LIMITS = [3, 40, 977]


def _steps(word: str) -> int:
    return WORDS[word][1] * LIMITS[1]


def passage(word: str, steps: int, doors: dict[str, int]) -> str:
    """Only with a known word, exactly as many steps as it wants, and the right door."""
    if word not in WORDS:
        raise KeyError(word)
    if steps != _steps(word):
        return "lost"
    if doors.get("north", 0) > LIMITS[2]:
        return "through"
    return "at the door"


class Lock:
    """Opens after it was armed with a known word and turned by that word's number."""

    def __init__(self, name: str) -> None:
        self.name: str = name
        self.word: str = ""

    def arm(self, word: str) -> int:
        if word not in WORDS:
            raise ValueError("unknown word")
        self.word = word
        return len(word)

    def turn(self, by: int) -> str:
        if not self.word:
            raise RuntimeError("not armed")
        if by == WORDS[self.word][1]:
            return "open"
        return "stuck"
