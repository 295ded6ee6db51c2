package support

import "slices"

// Deque is collections.deque: a ring of items with an optional limit on their number.
type Deque[T any] struct {
	ring  []T
	first int
	count int
	// limit is the largest number of items; negative where there is none.
	limit int64
}

// NewDeque returns a deque of items.
func NewDeque[T any](items ...T) *Deque[T] {
	return &Deque[T]{ring: items, count: len(items), limit: -1}
}

// DequeOf returns a deque that keeps a list of items.
func DequeOf[T any](items []T) *Deque[T] {
	return &Deque[T]{ring: items, count: len(items), limit: -1}
}

// DequeLimited is deque(items, maxlen): the last items, as many as there is room for.
func DequeLimited[T any](items *Deque[T], limit Option[int64]) (*Deque[T], error) {
	if !limit.Valid {
		return items, nil
	}
	if limit.Value < 0 {
		return nil, ValueError.New("maxlen must be non-negative")
	}
	all := items.Items()
	kept := all[max(0, int64(len(all))-limit.Value):]
	return &Deque[T]{ring: kept, count: len(kept), limit: limit.Value}, nil
}

// DequeMaxLen is d.maxlen.
func DequeMaxLen[T any](d *Deque[T]) Option[int64] {
	if d.limit < 0 {
		return Option[int64]{}
	}
	return Some(d.limit)
}

// Len returns the number of items.
func (d *Deque[T]) Len() int {
	return d.count
}

// Items returns the items in order; the slice holds until the deque changes.
func (d *Deque[T]) Items() []T {
	if d.first+d.count > len(d.ring) {
		ring := make([]T, len(d.ring))
		copy(ring[copy(ring, d.ring[d.first:]):], d.ring[:d.first])
		d.ring, d.first = ring, 0
	}
	return d.ring[d.first : d.first+d.count : d.first+d.count]
}

// Clone returns a deque of the same items.
func (d *Deque[T]) Clone() *Deque[T] {
	return &Deque[T]{ring: slices.Clone(d.Items()), count: d.count, limit: d.limit}
}

// Clear removes all items.
func (d *Deque[T]) Clear() {
	d.ring, d.first, d.count = nil, 0, 0
}

// place returns where the item at an index from zero is.
func (d *Deque[T]) place(index int) int {
	index += d.first
	if index >= len(d.ring) {
		index -= len(d.ring)
	}
	return index
}

// grow makes room for one more item.
func (d *Deque[T]) grow() {
	if d.count < len(d.ring) {
		return
	}
	ring := make([]T, max(8, 2*d.count))
	copy(ring, d.Items())
	d.ring, d.first = ring, 0
}

// set replaces all items.
func (d *Deque[T]) set(items []T) {
	d.ring, d.first, d.count = items, 0, len(items)
}

// DequeAt returns where the item at an index is; negative ones count from the end.
func DequeAt[T any](d *Deque[T], index int64) (*T, error) {
	if index < 0 {
		index += int64(d.count)
	}
	if uint64(index) >= uint64(d.count) {
		return nil, errDequeIndex
	}
	return &d.ring[d.place(int(index))], nil
}

var errDequeIndex = IndexError.New("deque index out of range")

var errDequeEmpty = IndexError.New("pop from an empty deque")

// DequeDelete is del d[index].
func DequeDelete[T any](d *Deque[T], index int64) error {
	if _, err := DequeAt(d, index); err != nil {
		return err
	}
	if index < 0 {
		index += int64(d.count)
	}
	d.set(slices.Delete(slices.Clone(d.Items()), int(index), int(index)+1))
	return nil
}

// DequeAppend is d.append(item).
func DequeAppend[T any](d *Deque[T], item T) {
	d.grow()
	d.ring[d.place(d.count)] = item
	d.count++
	if d.limit >= 0 && int64(d.count) > d.limit {
		_, _ = DequePopLeft(d)
	}
}

// DequeAppendLeft is d.appendleft(item).
func DequeAppendLeft[T any](d *Deque[T], item T) {
	d.grow()
	d.first--
	if d.first < 0 {
		d.first += len(d.ring)
	}
	d.ring[d.first] = item
	d.count++
	if d.limit >= 0 && int64(d.count) > d.limit {
		_, _ = DequePop(d)
	}
}

// DequePop is d.pop().
func DequePop[T any](d *Deque[T]) (T, error) {
	var none T
	if d.count == 0 {
		return none, errDequeEmpty
	}
	d.count--
	slot := &d.ring[d.place(d.count)]
	item := *slot
	*slot = none
	return item, nil
}

// DequePopLeft is d.popleft().
func DequePopLeft[T any](d *Deque[T]) (T, error) {
	var none T
	if d.count == 0 {
		return none, errDequeEmpty
	}
	slot := &d.ring[d.first]
	item := *slot
	*slot = none
	d.first = d.place(1)
	d.count--
	return item, nil
}

// DequeExtend is d.extend(items).
func DequeExtend[T any](d *Deque[T], items []T) {
	for _, item := range items {
		DequeAppend(d, item)
	}
}

// DequeExtendLeft is d.extendleft(items).
func DequeExtendLeft[T any](d *Deque[T], items []T) {
	for _, item := range items {
		DequeAppendLeft(d, item)
	}
}

// DequeInsert is d.insert(index, item): the index is clamped.
func DequeInsert[T any](d *Deque[T], index int64, item T) error {
	if d.limit >= 0 && int64(d.count) >= d.limit {
		return IndexError.New("deque already at its maximum size")
	}
	if index < 0 {
		index = max(0, index+int64(d.count))
	}
	place := int(min(index, int64(d.count)))
	d.set(slices.Insert(slices.Clone(d.Items()), place, item))
	return nil
}

// DequeRemove is d.remove(item).
func DequeRemove[T any](d *Deque[T], item T, equal func(a, b T) bool, repr func(T) string) error {
	for place, other := range d.Items() {
		if equal(other, item) {
			return DequeDelete(d, int64(place))
		}
	}
	return ValueError.New(repr(item) + " is not in deque")
}

// DequeRotate is d.rotate(n).
func DequeRotate[T any](d *Deque[T], n int64) {
	if d.count == 0 {
		return
	}
	by := n % int64(d.count)
	if by < 0 {
		by += int64(d.count)
	}
	items := d.Items()
	end := d.count - int(by)
	d.set(append(slices.Clone(items[end:]), items[:end]...))
}

// DequeReverse is d.reverse().
func DequeReverse[T any](d *Deque[T]) {
	slices.Reverse(d.Items())
}

// DequeCount is d.count(item).
func DequeCount[T any](d *Deque[T], item T, equal func(a, b T) bool) int64 {
	count := int64(0)
	for _, other := range d.Items() {
		if equal(other, item) {
			count++
		}
	}
	return count
}

// DequeIndex is d.index(item, start, stop).
func DequeIndex[T any](d *Deque[T], item T, start, stop int64, equal func(a, b T) bool, repr func(T) string) (int64, error) {
	items, size := d.Items(), int64(d.count)
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
	return 0, ValueError.New(repr(item) + " is not in deque")
}
