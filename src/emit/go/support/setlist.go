package support

// SetMerge is s.update(other).
func SetMerge[T comparable](s, other *Set[T]) {
	s.Merge(other)
}

// SetIntersect is s.intersection_update(other).
func SetIntersect[T comparable](s, other *Set[T]) {
	s.Intersect(other)
}

// SetSubtract is s.difference_update(other).
func SetSubtract[T comparable](s, other *Set[T]) {
	s.Subtract(other)
}

// SetToggle is s.symmetric_difference_update(other).
func SetToggle[T comparable](s, other *Set[T]) {
	s.Toggle(other)
}

// SetIsDisjoint returns s.isdisjoint(other).
func SetIsDisjoint[T comparable](s, other *Set[T]) bool {
	return s.IsDisjoint(other)
}

// SetlistExtend is s.update(items).
func SetlistExtend[T comparable](s *Set[T], items []T) {
	for _, item := range items {
		s.Add(item)
	}
}

// SetlistIntersect is s.intersection_update(items).
func SetlistIntersect[T comparable](s *Set[T], items []T) {
	both := SetlistIntersection(s, items)
	both.finger = s.finger
	*s = *both
}

// SetlistSubtract is s.difference_update(items).
func SetlistSubtract[T comparable](s *Set[T], items []T) {
	for _, item := range items {
		s.Delete(item)
	}
	s.tidy()
}

// SetlistToggle is s.symmetric_difference_update(items).
func SetlistToggle[T comparable](s *Set[T], items []T) {
	s.Toggle(NewSet(items...))
}

// SetlistUnion returns s.union(items).
func SetlistUnion[T comparable](s *Set[T], items []T) *Set[T] {
	union := s.Copy()
	SetlistExtend(union, items)
	return union
}

// SetlistIntersection returns s.intersection(items).
func SetlistIntersection[T comparable](s *Set[T], items []T) *Set[T] {
	both := NewSet[T]()
	for _, item := range items {
		if s.Has(item) {
			both.Add(item)
		}
	}
	return both
}

// SetlistDifference returns s.difference(items).
func SetlistDifference[T comparable](s *Set[T], items []T) *Set[T] {
	difference := s.Copy()
	SetlistSubtract(difference, items)
	return difference
}

// SetlistUnlike returns s.symmetric_difference(items).
func SetlistUnlike[T comparable](s *Set[T], items []T) *Set[T] {
	return s.SymmetricDifference(NewSet(items...))
}

// SetlistIsSubset returns s.issubset(items).
func SetlistIsSubset[T comparable](s *Set[T], items []T) bool {
	return s.IsSubset(NewSet(items...))
}

// SetlistIsSuperset returns s.issuperset(items).
func SetlistIsSuperset[T comparable](s *Set[T], items []T) bool {
	for _, item := range items {
		if !s.Has(item) {
			return false
		}
	}
	return true
}

// SetlistIsDisjoint returns s.isdisjoint(items).
func SetlistIsDisjoint[T comparable](s *Set[T], items []T) bool {
	for _, item := range items {
		if s.Has(item) {
			return false
		}
	}
	return true
}
