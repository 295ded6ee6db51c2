package support

import "slices"

// CounterOf is Counter(items).
func CounterOf[K comparable](items []K) *Dict[K, int64] {
	counts := NewDict[K, int64]()
	CounterAdd(counts, items)
	return counts
}

// CounterAdd is counts.update(items).
func CounterAdd[K comparable](counts *Dict[K, int64], items []K) {
	for _, item := range items {
		slot := counts.SetDefault(item, 0)
		*slot = Add(*slot, 1)
	}
}

// CounterMerge is counts.update(other) of other counts.
func CounterMerge[K comparable](counts, other *Dict[K, int64]) {
	for _, entry := range other.Entries() {
		slot := counts.SetDefault(entry.Key, 0)
		*slot = Add(*slot, entry.Value)
	}
}

// CounterRemove is counts.subtract(items).
func CounterRemove[K comparable](counts *Dict[K, int64], items []K) {
	for _, item := range items {
		slot := counts.SetDefault(item, 0)
		*slot = Sub(*slot, 1)
	}
}

// CounterUnmerge is counts.subtract(other) of other counts.
func CounterUnmerge[K comparable](counts, other *Dict[K, int64]) {
	for _, entry := range other.Entries() {
		slot := counts.SetDefault(entry.Key, 0)
		*slot = Sub(*slot, entry.Value)
	}
}

// CounterCommon is counts.most_common(n): of equal counts the first comes first.
func CounterCommon[K comparable](counts *Dict[K, int64], n Option[int64]) []Tuple2[K, int64] {
	pairs := make([]Tuple2[K, int64], 0, counts.Len())
	for _, entry := range counts.Entries() {
		pairs = append(pairs, Tuple2[K, int64]{V0: entry.Key, V1: entry.Value})
	}
	slices.SortStableFunc(pairs, func(a, b Tuple2[K, int64]) int {
		switch {
		case a.V1 > b.V1:
			return -1
		case a.V1 < b.V1:
			return 1
		}
		return 0
	})
	if n.Valid {
		pairs = pairs[:max(0, min(n.Value, int64(len(pairs))))]
	}
	return pairs
}

// CounterElements is counts.elements().
func CounterElements[K comparable](counts *Dict[K, int64]) []K {
	length := int64(0)
	for _, entry := range counts.Entries() {
		length = Add(length, max(0, entry.Value))
	}
	if length > 1<<28 {
		Decline("memory")
	}
	items := make([]K, 0, length)
	for _, entry := range counts.Entries() {
		for range entry.Value {
			items = append(items, entry.Key)
		}
	}
	return items
}

// CounterTotal is counts.total().
func CounterTotal[K comparable](counts *Dict[K, int64]) int64 {
	total := int64(0)
	for _, entry := range counts.Entries() {
		total = Add(total, entry.Value)
	}
	return total
}

// combined returns what is above zero of the counts of both; the keys of the first come first.
func combined[K comparable](a, b *Dict[K, int64], join func(a, b int64) int64) *Dict[K, int64] {
	counts := NewDict[K, int64]()
	for _, entry := range a.Entries() {
		if count := join(entry.Value, b.GetOr(entry.Key, 0)); count > 0 {
			counts.Set(entry.Key, count)
		}
	}
	for _, entry := range b.Entries() {
		if a.Has(entry.Key) {
			continue
		}
		if count := join(0, entry.Value); count > 0 {
			counts.Set(entry.Key, count)
		}
	}
	return counts
}

// CounterPlus is a + b.
func CounterPlus[K comparable](a, b *Dict[K, int64]) *Dict[K, int64] {
	return combined(a, b, Add)
}

// CounterMinus is a - b.
func CounterMinus[K comparable](a, b *Dict[K, int64]) *Dict[K, int64] {
	return combined(a, b, Sub)
}

// CounterBoth is a & b.
func CounterBoth[K comparable](a, b *Dict[K, int64]) *Dict[K, int64] {
	return combined(a, b, func(a, b int64) int64 { return min(a, b) })
}

// CounterEither is a | b.
func CounterEither[K comparable](a, b *Dict[K, int64]) *Dict[K, int64] {
	return combined(a, b, func(a, b int64) int64 { return max(a, b) })
}

// CounterEqual is a == b: what is not there counts as zero.
func CounterEqual[K comparable](a, b *Dict[K, int64]) bool {
	for _, entry := range a.Entries() {
		if b.GetOr(entry.Key, 0) != entry.Value {
			return false
		}
	}
	for _, entry := range b.Entries() {
		if a.GetOr(entry.Key, 0) != entry.Value {
			return false
		}
	}
	return true
}
