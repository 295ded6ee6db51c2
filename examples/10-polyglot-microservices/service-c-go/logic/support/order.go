package support

import (
	"cmp"
	"math"
	"slices"
)

// Min returns min(a, b): the first of equals.
func Min[T cmp.Ordered](a, b T) T {
	if b < a {
		return b
	}
	return a
}

// Max returns max(a, b): the first of equals.
func Max[T cmp.Ordered](a, b T) T {
	if b > a {
		return b
	}
	return a
}

// MinOf returns min(items).
func MinOf[T cmp.Ordered](items []T) (T, error) {
	if len(items) == 0 {
		var none T
		return none, ValueError.New("min() arg is an empty sequence")
	}
	best := items[0]
	for _, item := range items[1:] {
		best = Min(best, item)
	}
	return best, nil
}

// MaxOf returns max(items).
func MaxOf[T cmp.Ordered](items []T) (T, error) {
	if len(items) == 0 {
		var none T
		return none, ValueError.New("max() arg is an empty sequence")
	}
	best := items[0]
	for _, item := range items[1:] {
		best = Max(best, item)
	}
	return best, nil
}

// SumInts returns sum(items).
func SumInts(items []int64) int64 {
	total := int64(0)
	for _, item := range items {
		total = Add(total, item)
	}
	return total
}

// SumFloats returns sum(items), added from the left.
func SumFloats(items []float64) float64 {
	total := 0.0
	for _, item := range items {
		total += item
	}
	return total
}

// CompareFloats orders floats; it declines on NaN, which has no order.
func CompareFloats(a, b float64) int {
	if math.IsNaN(a) || math.IsNaN(b) {
		Decline("nan_order")
	}
	return cmp.Compare(a, b)
}

// CompareBools orders False before True.
func CompareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// CompareLists orders lists by their first difference, then by length.
func CompareLists[T any](a, b []T, compare func(a, b T) int) int {
	return slices.CompareFunc(a, b, compare)
}

// Sorted returns a sorted copy; equals keep their order.
func Sorted[T any](items []T, compare func(a, b T) int) []T {
	sorted := slices.Clone(items)
	slices.SortStableFunc(sorted, compare)
	return sorted
}

// SortedBy returns a copy sorted by keys, one for each item.
func SortedBy[T, K any](items []T, keys []K, compare func(a, b K) int) []T {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(keys[a], keys[b]) })
	sorted := make([]T, len(items))
	for i, from := range order {
		sorted[i] = items[from]
	}
	return sorted
}

// Reversed turns an order round; equals stay equal, so a stable sort keeps them in place.
func Reversed[T any](compare func(a, b T) int) func(a, b T) int {
	return func(a, b T) int { return compare(b, a) }
}
