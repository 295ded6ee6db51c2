package support

// CopyDeque returns a deque of copies of the items.
func CopyDeque[T any](d *Deque[T], copied func(T) T) *Deque[T] {
	clone := d.Clone()
	for i, item := range clone.ring {
		clone.ring[i] = copied(item)
	}
	return clone
}
