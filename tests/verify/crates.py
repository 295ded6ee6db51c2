"""A class whose constructor raises, and which a port may decline to make."""


class Crate:
    def __init__(self, size: int) -> None:
        if size < 0:
            raise ValueError(f"no size: {size}")
        self.size = size

    def grow(self, by: int) -> int:
        self.size += by
        return self.size
