package support

// Set is a set; its order is never seen.
type Set[T comparable] struct {
	items map[T]struct{}
}

// NewSet returns a set of items.
func NewSet[T comparable](items ...T) *Set[T] {
	set := &Set[T]{items: make(map[T]struct{}, len(items))}
	for _, item := range items {
		set.Add(item)
	}
	return set
}

// Len returns the number of items.
func (s *Set[T]) Len() int {
	return len(s.items)
}

// Has reports whether the item is there.
func (s *Set[T]) Has(item T) bool {
	_, found := s.items[item]
	return found
}

// Add puts an item in.
func (s *Set[T]) Add(item T) {
	s.items[item] = struct{}{}
}

// Delete removes an item and reports whether it was there.
func (s *Set[T]) Delete(item T) bool {
	found := s.Has(item)
	delete(s.items, item)
	return found
}

// Items returns the items in no order.
func (s *Set[T]) Items() []T {
	items := make([]T, 0, len(s.items))
	for item := range s.items {
		items = append(items, item)
	}
	return items
}

// Clone returns a copy.
func (s *Set[T]) Clone() *Set[T] {
	return NewSet(s.Items()...)
}

// Clear removes all items.
func (s *Set[T]) Clear() {
	clear(s.items)
}

// Union returns s | other.
func (s *Set[T]) Union(other *Set[T]) *Set[T] {
	union := s.Clone()
	for item := range other.items {
		union.Add(item)
	}
	return union
}

// Where returns the items whose presence in the other set is as wanted.
func (s *Set[T]) where(other *Set[T], wanted bool) *Set[T] {
	kept := NewSet[T]()
	for item := range s.items {
		if other.Has(item) == wanted {
			kept.Add(item)
		}
	}
	return kept
}

// Intersection returns s & other.
func (s *Set[T]) Intersection(other *Set[T]) *Set[T] {
	return s.where(other, true)
}

// Difference returns s - other.
func (s *Set[T]) Difference(other *Set[T]) *Set[T] {
	return s.where(other, false)
}

// SymmetricDifference returns s ^ other.
func (s *Set[T]) SymmetricDifference(other *Set[T]) *Set[T] {
	return s.where(other, false).Union(other.where(s, false))
}

// IsSubset reports whether s <= other.
func (s *Set[T]) IsSubset(other *Set[T]) bool {
	for item := range s.items {
		if !other.Has(item) {
			return false
		}
	}
	return true
}

// Equal reports whether both have the same items.
func (s *Set[T]) Equal(other *Set[T]) bool {
	return s.Len() == other.Len() && s.IsSubset(other)
}
