package support

import (
	"math"
	"slices"
)

// Index returns the place of a Python index in a list of this length; negative ones count from the end.
func Index(index int64, length int) (int64, error) {
	if index < 0 {
		index += int64(length)
	}
	if uint64(index) >= uint64(length) {
		return 0, errIndex
	}
	return index, nil
}

var errIndex = IndexError.New("list index out of range")

// IndexToStore is Index for an assignment or a deletion.
func IndexToStore(index int64, length int) (int64, error) {
	if index < 0 {
		index += int64(length)
	}
	if uint64(index) >= uint64(length) {
		return 0, errStore
	}
	return index, nil
}

var errStore = IndexError.New("list assignment index out of range")

// ItemAt returns items[index].
func ItemAt[T any](items []T, index int64) (T, error) {
	place, err := Index(index, len(items))
	if err != nil {
		var none T
		return none, err
	}
	return items[place], nil
}

// Insert returns the list with an item before an index, which is clamped.
func Insert[T any](items []T, index int64, item T) []T {
	if index < 0 {
		index = max(0, index+int64(len(items)))
	}
	return slices.Insert(items, int(min(index, int64(len(items)))), item)
}

// Pop takes the last item away.
func Pop[T any](items *[]T) (T, error) {
	if len(*items) == 0 {
		var none T
		return none, IndexError.New("pop from empty list")
	}
	last := (*items)[len(*items)-1]
	*items = (*items)[:len(*items)-1]
	return last, nil
}

// PopAt takes the item at an index away.
func PopAt[T any](items *[]T, index int64) (T, error) {
	var none T
	if len(*items) == 0 {
		return none, IndexError.New("pop from empty list")
	}
	place, err := Index(index, len(*items))
	if err != nil {
		return none, IndexError.New("pop index out of range")
	}
	item := (*items)[place]
	*items = slices.Delete(*items, int(place), int(place)+1)
	return item, nil
}

// DeleteAt is del items[index].
func DeleteAt[T any](items *[]T, index int64) error {
	place, err := IndexToStore(index, len(*items))
	if err != nil {
		return err
	}
	*items = slices.Delete(*items, int(place), int(place)+1)
	return nil
}

// ListSwap is items[first], items[second] = items[second], items[first].
func ListSwap[T any](items *[]T, first, second int64) error {
	from, err := Index(second, len(*items))
	if err != nil {
		return err
	}
	to, err := Index(first, len(*items))
	if err != nil {
		return err
	}
	(*items)[to], (*items)[from] = (*items)[from], (*items)[to]
	return nil
}

// Remove takes the first item away that satisfies a condition.
func Remove[T any](items *[]T, match func(T) bool) error {
	place := slices.IndexFunc(*items, match)
	if place < 0 {
		return ValueError.New("list.remove(x): x not in list")
	}
	*items = slices.Delete(*items, place, place+1)
	return nil
}

// Concat returns a + b as a new list.
func Concat[T any](a, b []T) []T {
	return append(append(make([]T, 0, len(a)+len(b)), a...), b...)
}

// largest is the longest list or text that Repeat makes before it declines.
const largest = 1 << 28

// Repeat returns items * times as a new list.
func Repeat[T any](items []T, times int64) []T {
	if times <= 0 || len(items) == 0 {
		return nil
	}
	if times > largest/int64(len(items)) {
		Decline("memory")
	}
	repeated := make([]T, 0, len(items)*int(times))
	for range times {
		repeated = append(repeated, items...)
	}
	return repeated
}

// Bounds resolves the bounds of a slice: the first index, the step, and how many items there are.
func Bounds(length int, start, stop, step Option[int64]) (first, by, count int64, err error) {
	by = 1
	if step.Valid {
		by = max(step.Value, -math.MaxInt64)
	}
	if by == 0 {
		return 0, 0, 0, ValueError.New("slice step cannot be zero")
	}
	size := int64(length)
	lowest, highest := int64(0), size
	if by < 0 {
		lowest, highest = -1, size-1
	}
	clamp := func(bound Option[int64], absent int64) int64 {
		if !bound.Valid {
			return absent
		}
		if bound.Value < 0 {
			return max(bound.Value+size, lowest)
		}
		return min(bound.Value, highest)
	}
	if by < 0 {
		first, stop.Value = clamp(start, highest), clamp(stop, lowest)
		if stop.Value < first {
			count = (first-stop.Value-1)/-by + 1
		}
		return first, by, count, nil
	}
	first, stop.Value = clamp(start, lowest), clamp(stop, highest)
	if first < stop.Value {
		count = (stop.Value-first-1)/by + 1
	}
	return first, by, count, nil
}

// Slice returns items[start:stop:step] as a new list.
func Slice[T any](items []T, start, stop, step Option[int64]) ([]T, error) {
	first, by, count, err := Bounds(len(items), start, stop, step)
	if err != nil {
		return nil, err
	}
	sliced := make([]T, count)
	for i := range sliced {
		sliced[i] = items[first+int64(i)*by]
	}
	return sliced, nil
}

// Count returns how many items satisfy a condition.
func Count[T any](items []T, match func(T) bool) int64 {
	count := int64(0)
	for _, item := range items {
		if match(item) {
			count++
		}
	}
	return count
}

// IndexOf returns the index of the first item that satisfies a condition; repr names what was looked for.
func IndexOf[T, W any](items []T, match func(T) bool, wanted W, repr func(W) string) (int64, error) {
	place := slices.IndexFunc(items, match)
	if place < 0 {
		return 0, ValueError.New(repr(wanted) + " is not in list")
	}
	return int64(place), nil
}

// RangeLength returns how many numbers range(start, stop, step) has; step is not zero.
func RangeLength(start, stop, step int64) uint64 {
	switch {
	case step > 0 && start < stop:
		return (uint64(stop)-uint64(start)-1)/uint64(step) + 1
	case step < 0 && start > stop:
		return (uint64(start)-uint64(stop)-1)/-uint64(step) + 1
	}
	return 0
}

// ListIndexFrom returns items.index(item, start, stop).
func ListIndexFrom[T any](items []T, item T, start, stop int64, equal func(a, b T) bool, repr func(T) string) (int64, error) {
	size := int64(len(items))
	clamp := func(place int64) int64 {
		if place < 0 {
			return max(place+size, 0)
		}
		return min(place, size)
	}
	for place := clamp(start); place < clamp(stop); place++ {
		if equal(items[place], item) {
			return place, nil
		}
	}
	return 0, ValueError.New(repr(item) + " is not in list")
}
