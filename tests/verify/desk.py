"""A class whose methods mean something only with what other methods returned."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ticket:
    ticket_id: str
    bags: int


class Desk:
    def __init__(self) -> None:
        self._tickets: dict[str, int] = {}
        self._sequence = 0

    def check_in(self, owner: str, bags: int) -> Ticket:
        if bags < 1:
            raise ValueError(f"no bags: {bags}")
        self._sequence += 1
        ticket = Ticket(f"T-{len(owner)}-{self._sequence:04d}", bags)
        self._tickets[ticket.ticket_id] = bags
        return ticket

    def check_out(self, ticket_id: str) -> int:
        return self._tickets.pop(ticket_id)
