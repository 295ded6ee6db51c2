//! Methods of containers.

pub(super) const ROWS: &[&str] =
    &["list[T].index(value: T, start: int, stop: int = MAX, /) -> int raises guards eq=T repr=T = list::index_from"];
