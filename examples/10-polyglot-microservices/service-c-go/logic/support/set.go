package support

// Set is a set or frozenset in CPython's order.
//
// The order of a set is that of its table, which depends on the hashes and on all that was done to it. So the table is
// CPython's: open addressing with short linear runs, the same growth, the same marks where items were taken out. Where
// the hashes are CPython's too (numbers, tuples of numbers), so is the order.
type Set[T comparable] struct {
	hash func(T) int64
	// table has as many places as a power of two; none while nothing was ever put in.
	table []place[T]
	// fill counts the places that are not free.
	fill, used int
	// finger is where the next Pop starts.
	finger int
	// foreign: the order is not CPython's, since the set came from outside.
	foreign bool
}

// place of a table: free, marked where something was taken out, or taken.
type place[T any] struct {
	state uint8
	hash  int64
	item  T
}

const (
	placeFree = iota
	placeGone
	placeTaken
)

const (
	// smallestTable is the number of places of the smallest table.
	smallestTable = 8
	// tableRun is how many places are looked at after the first, before the next jump.
	tableRun = 9
)

// NewSet returns a set of items, put in one after the other.
func NewSet[T comparable](items ...T) *Set[T] {
	set := &Set[T]{hash: HasherOf[T]()}
	for _, item := range items {
		set.Add(item)
	}
	return set
}

// SetOfKeys returns set(dict).
func SetOfKeys[K comparable, V any](dict *Dict[K, V]) *Set[K] {
	set := NewSet[K]()
	if dict.Len()*5 >= set.mask()*3 {
		set.resize(dict.Len() * 2)
	}
	for _, entry := range dict.Entries() {
		set.Add(entry.Key)
	}
	return set
}

// seek returns the place of an item, or the free one where the search ends, and the last mark on the way.
func (s *Set[T]) seek(hash int64, item T) (int, int) {
	mask := len(s.table) - 1
	start, perturb := int(hash)&mask, uint64(hash)
	marked := -1
	for {
		last := start
		if start+tableRun <= mask {
			last += tableRun
		}
		for at := start; at <= last; at++ {
			switch place := &s.table[at]; {
			case place.state == placeFree:
				return at, marked
			case place.state == placeGone:
				marked = at
			case place.hash == hash && place.item == item:
				return at, marked
			}
		}
		perturb >>= 5
		start = (start*5 + 1 + int(perturb)) & mask
	}
}

// putClean puts an item that is not there yet into a table without marks.
func (s *Set[T]) putClean(hash int64, item T) {
	mask := len(s.table) - 1
	start, perturb := int(hash)&mask, uint64(hash)
	for {
		last := start
		if start+tableRun <= mask {
			last += tableRun
		}
		for at := start; at <= last; at++ {
			if s.table[at].state == placeFree {
				s.table[at] = place[T]{state: placeTaken, hash: hash, item: item}
				return
			}
		}
		perturb >>= 5
		start = (start*5 + 1 + int(perturb)) & mask
	}
}

func (s *Set[T]) mask() int {
	return max(len(s.table), smallestTable) - 1
}

func (s *Set[T]) resize(atLeast int) {
	places := smallestTable
	for places <= atLeast {
		places *= 2
	}
	if places == smallestTable && len(s.table) == smallestTable && s.fill == s.used {
		return
	}
	old := s.table
	s.table = make([]place[T], places)
	for i := range old {
		if old[i].state == placeTaken {
			s.putClean(old[i].hash, old[i].item)
		}
	}
	s.fill = s.used
}

func (s *Set[T]) grow() {
	if s.used > 50000 {
		s.resize(s.used * 2)
	} else {
		s.resize(s.used * 4)
	}
}

func (s *Set[T]) has(hash int64, item T) bool {
	if s.used == 0 {
		return false
	}
	at, _ := s.seek(hash, item)
	return s.table[at].state == placeTaken
}

func (s *Set[T]) put(hash int64, item T) {
	if s.table == nil {
		s.table = make([]place[T], smallestTable)
	}
	at, marked := s.seek(hash, item)
	if s.table[at].state == placeTaken {
		return
	}
	s.used++
	if marked >= 0 {
		// The last mark on the way is taken again.
		s.table[marked] = place[T]{state: placeTaken, hash: hash, item: item}
		return
	}
	s.table[at] = place[T]{state: placeTaken, hash: hash, item: item}
	s.fill++
	if s.fill*5 >= s.mask()*3 {
		s.grow()
	}
}

func (s *Set[T]) takeOut(hash int64, item T) bool {
	if s.used == 0 {
		return false
	}
	at, _ := s.seek(hash, item)
	if s.table[at].state != placeTaken {
		return false
	}
	s.table[at] = place[T]{state: placeGone}
	s.used--
	return true
}

// Len returns the number of items.
func (s *Set[T]) Len() int {
	return s.used
}

// Has reports whether the item is there.
func (s *Set[T]) Has(item T) bool {
	return s.used > 0 && s.has(s.hash(item), item)
}

// Add puts an item in; one that is there stays.
func (s *Set[T]) Add(item T) {
	s.put(s.hash(item), item)
}

// Delete removes an item and reports whether it was there.
func (s *Set[T]) Delete(item T) bool {
	return s.takeOut(s.hash(item), item)
}

// Items returns the items in the order of the table, as a new list.
func (s *Set[T]) Items() []T {
	items := make([]T, 0, s.used)
	for i := range s.table {
		if s.table[i].state == placeTaken {
			items = append(items, s.table[i].item)
		}
	}
	return items
}

// InOrder returns the set; it declines where its order is not known.
func (s *Set[T]) InOrder() *Set[T] {
	if s.foreign && s.used > 1 {
		Decline("set_order")
	}
	return s
}

// FromOutside returns the set, of which only the items are known from here on.
func (s *Set[T]) FromOutside() *Set[T] {
	s.foreign = true
	return s
}

// Pop takes the item at the finger out, or the next one after it.
func (s *Set[T]) Pop() (T, error) {
	var none T
	if s.used == 0 {
		return none, KeyError.New("'pop from an empty set'")
	}
	s.InOrder()
	at := s.finger & s.mask()
	for s.table[at].state != placeTaken {
		at = (at + 1) & s.mask()
	}
	item := s.table[at].item
	s.table[at] = place[T]{state: placeGone}
	s.used--
	s.finger = at + 1
	return item, nil
}

// Clone returns a set that cannot be told apart.
func (s *Set[T]) Clone() *Set[T] {
	clone := *s
	clone.table = append([]place[T](nil), s.table...)
	return &clone
}

// Copy returns set(s): the items go into a new table.
func (s *Set[T]) Copy() *Set[T] {
	copied := &Set[T]{hash: s.hash}
	copied.Merge(s)
	return copied
}

// Clear removes all items.
func (s *Set[T]) Clear() {
	s.table, s.fill, s.used = nil, 0, 0
}

// Merge puts all items of another set in.
func (s *Set[T]) Merge(other *Set[T]) {
	s.foreign = s.foreign || other.foreign
	if other == s || other.used == 0 {
		return
	}
	if (s.fill+other.used)*5 >= s.mask()*3 {
		s.resize((s.used + other.used) * 2)
	}
	if s.fill > 0 {
		for i := range other.table {
			if place := &other.table[i]; place.state == placeTaken {
				s.put(place.hash, place.item)
			}
		}
		return
	}
	if s.table == nil {
		s.table = make([]place[T], smallestTable)
	}
	s.fill, s.used = other.used, other.used
	if len(s.table) == len(other.table) && other.fill == other.used {
		copy(s.table, other.table)
		return
	}
	for i := range other.table {
		if place := &other.table[i]; place.state == placeTaken {
			s.putClean(place.hash, place.item)
		}
	}
}

// Union returns s | other.
func (s *Set[T]) Union(other *Set[T]) *Set[T] {
	union := s.Copy()
	union.Merge(other)
	return union
}

// where returns the items whose presence in the other set is as wanted.
func (s *Set[T]) where(other *Set[T], wanted bool) *Set[T] {
	kept := &Set[T]{hash: s.hash, foreign: s.foreign || other.foreign}
	for i := range s.table {
		if place := &s.table[i]; place.state == placeTaken && other.has(place.hash, place.item) == wanted {
			kept.put(place.hash, place.item)
		}
	}
	return kept
}

// Intersection returns s & other: the items of the smaller one that are in the other; of two alike, those of other.
func (s *Set[T]) Intersection(other *Set[T]) *Set[T] {
	if s == other {
		return s.Copy()
	}
	if other.used > s.used {
		return s.where(other, true)
	}
	return other.where(s, true)
}

// Difference returns s - other.
func (s *Set[T]) Difference(other *Set[T]) *Set[T] {
	if s.used>>2 > other.used {
		difference := s.Copy()
		difference.Subtract(other)
		return difference
	}
	return s.where(other, false)
}

// SymmetricDifference returns s ^ other.
func (s *Set[T]) SymmetricDifference(other *Set[T]) *Set[T] {
	difference := other.Copy()
	difference.Toggle(s)
	return difference
}

// Subtract is s -= other.
func (s *Set[T]) Subtract(other *Set[T]) {
	if s == other {
		s.Clear()
		return
	}
	s.foreign = s.foreign || other.foreign
	from := other
	if other.used>>3 > s.used {
		from = s.Intersection(other)
	}
	for i := range from.table {
		if place := &from.table[i]; place.state == placeTaken {
			s.takeOut(place.hash, place.item)
		}
	}
	s.tidy()
}

// tidy cleans marks away where there are too many.
func (s *Set[T]) tidy() {
	if s.fill-s.used > s.mask()/4 {
		s.grow()
	}
}

// Intersect is s &= other.
func (s *Set[T]) Intersect(other *Set[T]) {
	both := s.Intersection(other)
	both.finger = s.finger
	*s = *both
}

// Toggle is s ^= other.
func (s *Set[T]) Toggle(other *Set[T]) {
	if s == other {
		s.Clear()
		return
	}
	s.foreign = s.foreign || other.foreign
	for i := range other.table {
		if place := &other.table[i]; place.state == placeTaken && !s.takeOut(place.hash, place.item) {
			s.put(place.hash, place.item)
		}
	}
}

// IsSubset reports whether s <= other.
func (s *Set[T]) IsSubset(other *Set[T]) bool {
	if s.used > other.used {
		return false
	}
	for i := range s.table {
		if place := &s.table[i]; place.state == placeTaken && !other.has(place.hash, place.item) {
			return false
		}
	}
	return true
}

// IsDisjoint reports whether no item is in the other set.
func (s *Set[T]) IsDisjoint(other *Set[T]) bool {
	for i := range s.table {
		if place := &s.table[i]; place.state == placeTaken && other.has(place.hash, place.item) {
			return false
		}
	}
	return true
}

// Equal reports whether both have the same items.
func (s *Set[T]) Equal(other *Set[T]) bool {
	return s.used == other.used && s.IsSubset(other)
}

// Hash returns the hash of a frozenset, whatever its order.
func (s *Set[T]) Hash() int64 {
	mixed := uint64(0)
	for i := range s.table {
		if place := &s.table[i]; place.state == placeTaken {
			hash := uint64(place.hash)
			mixed ^= ((hash ^ 89869747) ^ (hash << 16)) * 3644798167
		}
	}
	mixed ^= (uint64(s.used) + 1) * 1927868237
	mixed ^= (mixed >> 11) ^ (mixed >> 25)
	mixed = mixed*69069 + 907133923
	if mixed == 1<<64-1 {
		return 590923713
	}
	return int64(mixed)
}
