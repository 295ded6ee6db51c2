package support

// ReprSet returns repr(set).
func ReprSet[T comparable](set *Set[T], repr func(T) string) string {
	if set.Len() == 0 {
		return "set()"
	}
	return "{" + ReprAll(set.InOrder().Items(), repr) + "}"
}

// ReprFrozenSet returns repr(frozenset).
func ReprFrozenSet[T comparable](set *Set[T], repr func(T) string) string {
	if set.Len() == 0 {
		return "frozenset()"
	}
	return "frozenset(" + ReprSet(set, repr) + ")"
}
