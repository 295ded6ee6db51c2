package support

// Pair is a key of a dict with its value.
type Pair[K comparable, V any] struct {
	Key   K
	Value V
}

// Dict is a dict in order of insertion.
type Dict[K comparable, V any] struct {
	entries []Pair[K, V]
	// gone marks deleted entries; nil while there are none.
	gone []bool
	live int
	// index is made when the dict outgrows a walk through its entries.
	index map[K]int
}

// smallDict is the size up to which keys are found by walking.
const smallDict = 8

// NewDict returns a dict of pairs; a later pair of the same key replaces the value and keeps the place.
func NewDict[K comparable, V any](pairs ...Pair[K, V]) *Dict[K, V] {
	dict := &Dict[K, V]{}
	for _, pair := range pairs {
		dict.Set(pair.Key, pair.Value)
	}
	return dict
}

// KV returns a pair.
func KV[K comparable, V any](key K, value V) Pair[K, V] {
	return Pair[K, V]{Key: key, Value: value}
}

// Len returns the number of keys.
func (d *Dict[K, V]) Len() int {
	return d.live
}

func (d *Dict[K, V]) find(key K) int {
	if d.index != nil {
		if place, ok := d.index[key]; ok {
			return place
		}
	} else {
		for i := range d.entries {
			if d.entries[i].Key == key && (d.gone == nil || !d.gone[i]) {
				return i
			}
		}
	}
	if key != key {
		// NaN, or a tuple with it: Python would find the same object again.
		Decline("nan_key")
	}
	return -1
}

// Has reports whether the key is there.
func (d *Dict[K, V]) Has(key K) bool {
	return d.find(key) >= 0
}

// Get returns the value of a key, and whether the key is there.
func (d *Dict[K, V]) Get(key K) (V, bool) {
	if place := d.find(key); place >= 0 {
		return d.entries[place].Value, true
	}
	var none V
	return none, false
}

// At returns the value of a key that is surely there.
func (d *Dict[K, V]) At(key K) V {
	return d.entries[d.find(key)].Value
}

// GetOr returns the value of a key, or else the given one.
func (d *Dict[K, V]) GetOr(key K, absent V) V {
	if place := d.find(key); place >= 0 {
		return d.entries[place].Value
	}
	return absent
}

// Ref returns where the value of a key is, nil where there is none; it holds until the dict grows or shrinks.
func (d *Dict[K, V]) Ref(key K) *V {
	if place := d.find(key); place >= 0 {
		return &d.entries[place].Value
	}
	return nil
}

// Set puts a value at a key; a new key goes to the end.
func (d *Dict[K, V]) Set(key K, value V) {
	if place := d.find(key); place >= 0 {
		d.entries[place].Value = value
		return
	}
	d.append(key, value)
}

func (d *Dict[K, V]) append(key K, value V) {
	d.entries = append(d.entries, Pair[K, V]{Key: key, Value: value})
	if d.gone != nil {
		d.gone = append(d.gone, false)
	}
	d.live++
	if d.index != nil {
		d.index[key] = len(d.entries) - 1
	} else if len(d.entries) > smallDict {
		d.reindex()
	}
}

func (d *Dict[K, V]) reindex() {
	d.index = make(map[K]int, 2*len(d.entries))
	for i := range d.entries {
		if d.gone == nil || !d.gone[i] {
			d.index[d.entries[i].Key] = i
		}
	}
}

// SetDefault returns where the value of a key is, after putting the default there if the key is new.
func (d *Dict[K, V]) SetDefault(key K, value V) *V {
	place := d.find(key)
	if place < 0 {
		d.append(key, value)
		place = len(d.entries) - 1
	}
	return &d.entries[place].Value
}

// Take removes a key and returns its value, and whether the key was there.
func (d *Dict[K, V]) Take(key K) (V, bool) {
	var none V
	place := d.find(key)
	if place < 0 {
		return none, false
	}
	value := d.entries[place].Value
	d.live--
	delete(d.index, key)
	if place == len(d.entries)-1 {
		d.entries[place] = Pair[K, V]{}
		d.entries = d.entries[:place]
		if d.gone != nil {
			d.gone = d.gone[:place]
		}
		return value, true
	}
	if d.gone == nil {
		d.gone = make([]bool, len(d.entries))
	}
	d.entries[place] = Pair[K, V]{}
	d.gone[place] = true
	if len(d.entries) > 2*d.live+smallDict {
		d.compact()
	}
	return value, true
}

func (d *Dict[K, V]) compact() {
	d.entries, d.gone = d.Entries(), nil
	if d.index != nil {
		d.reindex()
	}
}

// Delete removes a key and reports whether it was there.
func (d *Dict[K, V]) Delete(key K) bool {
	_, found := d.Take(key)
	return found
}

// TakeOr removes a key and returns its value, or else the given one.
func (d *Dict[K, V]) TakeOr(key K, absent V) V {
	if value, found := d.Take(key); found {
		return value
	}
	return absent
}

// Entries returns the pairs in order; they are looked at, not changed.
func (d *Dict[K, V]) Entries() []Pair[K, V] {
	if d.live == len(d.entries) {
		return d.entries
	}
	entries := make([]Pair[K, V], 0, d.live)
	for i, entry := range d.entries {
		if !d.gone[i] {
			entries = append(entries, entry)
		}
	}
	return entries
}

// Keys returns the keys in order, as a new list.
func (d *Dict[K, V]) Keys() []K {
	keys := make([]K, 0, d.live)
	for _, entry := range d.Entries() {
		keys = append(keys, entry.Key)
	}
	return keys
}

// Values returns the values in order, as a new list.
func (d *Dict[K, V]) Values() []V {
	values := make([]V, 0, d.live)
	for _, entry := range d.Entries() {
		values = append(values, entry.Value)
	}
	return values
}

// Clone returns a shallow copy.
func (d *Dict[K, V]) Clone() *Dict[K, V] {
	return NewDict(d.Entries()...)
}

// Clear removes all keys.
func (d *Dict[K, V]) Clear() {
	*d = Dict[K, V]{}
}

// Update sets all pairs of another dict.
func (d *Dict[K, V]) Update(other *Dict[K, V]) {
	for _, entry := range other.Entries() {
		d.Set(entry.Key, entry.Value)
	}
}

// EqualDicts compares two dicts without regard to order.
func EqualDicts[K comparable, V any](a, b *Dict[K, V], equal func(a, b V) bool) bool {
	if a.Len() != b.Len() {
		return false
	}
	for _, entry := range a.Entries() {
		other, found := b.Get(entry.Key)
		if !found || !equal(entry.Value, other) {
			return false
		}
	}
	return true
}

// Lookup returns the value of a key as an option.
func Lookup[K comparable, V any](dict *Dict[K, V], key K) Option[V] {
	value, found := dict.Get(key)
	return Option[V]{Value: value, Valid: found}
}

// CopyDict copies a dict and its values.
func CopyDict[K comparable, V any](dict *Dict[K, V], copy func(V) V) *Dict[K, V] {
	if dict == nil {
		return nil
	}
	copied := &Dict[K, V]{}
	for _, entry := range dict.Entries() {
		copied.append(entry.Key, copy(entry.Value))
	}
	return copied
}
