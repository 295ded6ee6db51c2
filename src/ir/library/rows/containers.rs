//! Methods of containers.

pub(super) const ROWS: &[&str] = &[
    "list[T].index(value: T, start: int, stop: int = MAX, /) -> int raises guards eq=T repr=T = list::index_from",
    // What sets are combined with is a set, which is merged, or a list of what was iterated.
    "mut set[T].update(other: set[T], /) -> None key=T = set::merge",
    "mut set[T].update(other: frozenset[T], /) -> None key=T = set::merge",
    "mut set[T].update(other: list[T], /) -> None key=T = setlist::extend",
    "mut set[T].intersection_update(other: set[T], /) -> None = set::intersect",
    "mut set[T].intersection_update(other: frozenset[T], /) -> None = set::intersect",
    "mut set[T].intersection_update(other: list[T], /) -> None = setlist::intersect",
    "mut set[T].difference_update(other: set[T], /) -> None = set::subtract",
    "mut set[T].difference_update(other: frozenset[T], /) -> None = set::subtract",
    "mut set[T].difference_update(other: list[T], /) -> None = setlist::subtract",
    "mut set[T].symmetric_difference_update(other: set[T], /) -> None = set::toggle",
    "mut set[T].symmetric_difference_update(other: frozenset[T], /) -> None = set::toggle",
    "mut set[T].symmetric_difference_update(other: list[T], /) -> None = setlist::toggle",
    "set[T].union(other: list[T], /) -> set[T] = setlist::union",
    "set[T].intersection(other: list[T], /) -> set[T] = setlist::intersection",
    "set[T].difference(other: list[T], /) -> set[T] = setlist::difference",
    "set[T].symmetric_difference(other: list[T], /) -> set[T] = setlist::unlike",
    "set[T].issubset(other: list[T], /) -> bool = setlist::is_subset",
    "set[T].issuperset(other: list[T], /) -> bool = setlist::is_superset",
    "set[T].isdisjoint(other: list[T], /) -> bool = setlist::is_disjoint",
    "set[T].isdisjoint(other: set[T], /) -> bool = set::is_disjoint",
    "set[T].isdisjoint(other: frozenset[T], /) -> bool = set::is_disjoint",
];
