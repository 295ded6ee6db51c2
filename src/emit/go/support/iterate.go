package support

import (
	"fmt"
	"slices"
)

// mostItems is how many items a list of lists has at most.
const mostItems = 1 << 26

// selected adds a selection of items, unless there are too many.
func selected[T any](found [][]T, items []T, places []int) [][]T {
	if len(found)*(len(places)+1) > mostItems {
		Decline("memory")
	}
	part := make([]T, len(places))
	for i, place := range places {
		part[i] = items[place]
	}
	return append(found, part)
}

var errChosen = ValueError.New("r must be non-negative")

// IterateCombinations returns combinations(items, count) as lists.
func IterateCombinations[T any](items []T, count int64) ([][]T, error) {
	if count < 0 {
		return nil, errChosen
	}
	found := [][]T{}
	if count > int64(len(items)) {
		return found, nil
	}
	places := make([]int, count)
	for i := range places {
		places[i] = i
	}
	for {
		found = selected(found, items, places)
		at := len(places) - 1
		for at >= 0 && places[at] == at+len(items)-len(places) {
			at--
		}
		if at < 0 {
			return found, nil
		}
		places[at]++
		for next := at + 1; next < len(places); next++ {
			places[next] = places[next-1] + 1
		}
	}
}

// IterateMultisets returns combinations_with_replacement(items, count) as lists.
func IterateMultisets[T any](items []T, count int64) ([][]T, error) {
	if count < 0 {
		return nil, errChosen
	}
	found := [][]T{}
	if len(items) == 0 && count > 0 {
		return found, nil
	}
	places := make([]int, count)
	for {
		found = selected(found, items, places)
		at := len(places) - 1
		for at >= 0 && places[at] == len(items)-1 {
			at--
		}
		if at < 0 {
			return found, nil
		}
		next := places[at] + 1
		for ; at < len(places); at++ {
			places[at] = next
		}
	}
}

// IteratePermutations returns permutations(items, count) as lists.
func IteratePermutations[T any](items []T, count int64) ([][]T, error) {
	if count < 0 {
		return nil, errChosen
	}
	found := [][]T{}
	if count > int64(len(items)) {
		return found, nil
	}
	places := make([]int, 0, count)
	var permute func()
	permute = func() {
		if len(places) == int(count) {
			found = selected(found, items, places)
			return
		}
		for place := range items {
			if !slices.Contains(places, place) {
				places = append(places, place)
				permute()
				places = places[:len(places)-1]
			}
		}
	}
	permute()
	return found, nil
}

// IterateRunningSums returns accumulate(items) of ints.
func IterateRunningSums(items []int64) []int64 {
	total, sums := int64(0), make([]int64, len(items))
	for i, item := range items {
		total = Add(total, item)
		sums[i] = total
	}
	return sums
}

// IterateRunningFloatSums returns accumulate(items) of floats.
func IterateRunningFloatSums(items []float64) []float64 {
	sums := make([]float64, len(items))
	for i, item := range items {
		if i > 0 {
			item += sums[i-1]
		}
		sums[i] = item
	}
	return sums
}

// IteratePairs returns pairwise(items).
func IteratePairs[T any](items []T) []Tuple2[T, T] {
	pairs := []Tuple2[T, T]{}
	for i := 1; i < len(items); i++ {
		pairs = append(pairs, Tuple2[T, T]{V0: items[i-1], V1: items[i]})
	}
	return pairs
}

// IterateFirst returns islice(items, stop).
func IterateFirst[T any](items []T, stop int64) ([]T, error) {
	if stop < 0 {
		what := "Indices"
		if stop == -1 {
			what = "Stop argument"
		}
		return nil, ValueError.New(what + " for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
	}
	return slices.Clone(items[:min(stop, int64(len(items)))]), nil
}

// IterateReducible raises where reduce has nothing to start from.
func IterateReducible(length int64) error {
	if length > 0 {
		return nil
	}
	return TypeError.New("reduce() of empty iterable with no initial value")
}

// IterateSameLength raises where lists that zip(strict=True) walks differ in length.
func IterateSameLength(lengths []int64) error {
	shortest := slices.Min(lengths)
	place, word := slices.Index(lengths, shortest), "shorter"
	if place == 0 {
		word = "longer"
		place = slices.IndexFunc(lengths, func(length int64) bool { return length > shortest })
		if place < 0 {
			return nil
		}
	}
	others := "argument 1"
	if place > 1 {
		others = fmt.Sprintf("arguments 1-%d", place)
	}
	return ValueError.New(fmt.Sprintf("zip() argument %d is %s than %s", place+1, word, others))
}

// IterateBytesOf returns bytes(numbers).
func IterateBytesOf(numbers []int64) ([]byte, error) {
	data := make([]byte, 0, len(numbers))
	for _, number := range numbers {
		if number < 0 || number > 255 {
			return nil, ValueError.New("bytes must be in range(0, 256)")
		}
		data = append(data, byte(number))
	}
	return data, nil
}

// IterateColumns returns zip(*rows) as lists.
func IterateColumns[T any](rows [][]T) [][]T {
	count := 0
	for i, row := range rows {
		if i == 0 || len(row) < count {
			count = len(row)
		}
	}
	columns := make([][]T, count)
	for at := range columns {
		for _, row := range rows {
			columns[at] = append(columns[at], row[at])
		}
	}
	return columns
}

// IterateCycled returns the first items of cycle(items), none where there are none.
func IterateCycled[T any](items []T, count int64) []T {
	if count > mostItems {
		Decline("memory")
	}
	found := []T{}
	if len(items) == 0 {
		return found
	}
	for i := range int(max(count, 0)) {
		found = append(found, items[i%len(items)])
	}
	return found
}

// IterateParts returns the parts of a list that end at some places, which rise.
func IterateParts[T any](items []T, ends []int64) [][]T {
	parts := [][]T{}
	start := int64(0)
	for _, end := range ends {
		if start < end {
			parts = append(parts, slices.Clone(items[start:end]))
		}
		start = end
	}
	return parts
}

// IterateFirsts returns the first item of each part.
func IterateFirsts[T any](items []T, ends []int64) []T {
	firsts := []T{}
	start := int64(0)
	for _, end := range ends {
		if start < end {
			firsts = append(firsts, items[start])
		}
		start = end
	}
	return firsts
}
