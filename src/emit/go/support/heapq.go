package support

import "slices"

// rise moves an item up until its parent is not larger.
func rise[T any](heap []T, start, at int, compare func(a, b T) int) {
	for at > start && compare(heap[at], heap[(at-1)/2]) < 0 {
		heap[at], heap[(at-1)/2] = heap[(at-1)/2], heap[at]
		at = (at - 1) / 2
	}
}

// sink moves an item down to a leaf along the smaller children, and up again to its place.
func sink[T any](heap []T, start int, compare func(a, b T) int) {
	at := start
	for 2*at+1 < len(heap) {
		child := 2*at + 1
		if child+1 < len(heap) && compare(heap[child], heap[child+1]) >= 0 {
			child++
		}
		heap[at], heap[child] = heap[child], heap[at]
		at = child
	}
	rise(heap, start, at, compare)
}

// HeapqPush is heappush(heap, item).
func HeapqPush[T any](heap *[]T, item T, compare func(a, b T) int) {
	*heap = append(*heap, item)
	rise(*heap, 0, len(*heap)-1, compare)
}

// HeapqPop returns heappop(heap).
func HeapqPop[T any](heap *[]T, compare func(a, b T) int) (T, error) {
	var none T
	items := *heap
	if len(items) == 0 {
		return none, IndexError.New("index out of range")
	}
	smallest, last := items[0], len(items)-1
	items[0], items[last] = items[last], none
	*heap = items[:last]
	sink(*heap, 0, compare)
	return smallest, nil
}

// HeapqHeapify is heapify(heap).
func HeapqHeapify[T any](heap *[]T, compare func(a, b T) int) {
	for at := len(*heap)/2 - 1; at >= 0; at-- {
		sink(*heap, at, compare)
	}
}

// HeapqReplace returns heapreplace(heap, item).
func HeapqReplace[T any](heap *[]T, item T, compare func(a, b T) int) (T, error) {
	items := *heap
	if len(items) == 0 {
		var none T
		return none, IndexError.New("index out of range")
	}
	smallest := items[0]
	items[0] = item
	sink(items, 0, compare)
	return smallest, nil
}

// HeapqPushPop returns heappushpop(heap, item).
func HeapqPushPop[T any](heap *[]T, item T, compare func(a, b T) int) T {
	items := *heap
	if len(items) == 0 || compare(items[0], item) >= 0 {
		return item
	}
	smallest := items[0]
	items[0] = item
	sink(items, 0, compare)
	return smallest
}

// HeapqSmallest returns nsmallest(count, items).
func HeapqSmallest[T any](count int64, items []T, compare func(a, b T) int) []T {
	sorted := slices.Clone(items)
	slices.SortStableFunc(sorted, compare)
	return sorted[:min(max(count, 0), int64(len(sorted)))]
}

// HeapqLargest returns nlargest(count, items).
func HeapqLargest[T any](count int64, items []T, compare func(a, b T) int) []T {
	return HeapqSmallest(count, items, func(a, b T) int { return compare(b, a) })
}

// halving returns where a search by halves ends: goesRight says of an item that the place is after it.
func halving[T any](items []T, low int64, high Option[int64], goesRight func(T) bool) (int64, error) {
	if low < 0 {
		return 0, ValueError.New("lo must be non-negative")
	}
	end := int64(len(items))
	if high.Valid && high.Value != -1 {
		end = high.Value
	}
	for low < end {
		middle := low + (end-low)/2
		if middle >= int64(len(items)) {
			return 0, IndexError.New("list index out of range")
		}
		if goesRight(items[middle]) {
			low = middle + 1
		} else {
			end = middle
		}
	}
	return low, nil
}

// HeapqBisectLeft returns bisect_left(items, item, low, high).
func HeapqBisectLeft[T any](items []T, item T, low int64, high Option[int64], compare func(a, b T) int) (int64, error) {
	return halving(items, low, high, func(other T) bool { return compare(other, item) < 0 })
}

// HeapqBisectRight returns bisect_right(items, item, low, high).
func HeapqBisectRight[T any](items []T, item T, low int64, high Option[int64], compare func(a, b T) int) (int64, error) {
	return halving(items, low, high, func(other T) bool { return compare(item, other) >= 0 })
}

// HeapqInsortLeft is insort_left(items, item, low, high).
func HeapqInsortLeft[T any](items *[]T, item T, low int64, high Option[int64], compare func(a, b T) int) error {
	place, err := HeapqBisectLeft(*items, item, low, high, compare)
	if err == nil {
		*items = slices.Insert(*items, int(min(place, int64(len(*items)))), item)
	}
	return err
}

// HeapqInsortRight is insort_right(items, item, low, high).
func HeapqInsortRight[T any](items *[]T, item T, low int64, high Option[int64], compare func(a, b T) int) error {
	place, err := HeapqBisectRight(*items, item, low, high, compare)
	if err == nil {
		*items = slices.Insert(*items, int(min(place, int64(len(*items)))), item)
	}
	return err
}
