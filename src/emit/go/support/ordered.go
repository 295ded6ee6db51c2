package support

// OrderedMoveToEnd is d.move_to_end(key, last).
func OrderedMoveToEnd[K comparable, V any](d *Dict[K, V], key K, last bool, repr func(K) string) error {
	value, found := d.Take(key)
	if !found {
		return KeyError.New(repr(key))
	}
	if last {
		d.Set(key, value)
		return nil
	}
	entries := append([]Pair[K, V]{{Key: key, Value: value}}, d.Entries()...)
	*d = *NewDict(entries...)
	return nil
}

// OrderedPopItem is d.popitem(last).
func OrderedPopItem[K comparable, V any](d *Dict[K, V], last bool) (Tuple2[K, V], error) {
	if d.Len() == 0 {
		return Tuple2[K, V]{}, KeyError.New("'dictionary is empty'")
	}
	if last {
		return DictPopItem(d)
	}
	for place := range d.entries {
		if d.gone == nil || !d.gone[place] {
			pair := d.entries[place]
			d.Take(pair.Key)
			return Tuple2[K, V]{V0: pair.Key, V1: pair.Value}, nil
		}
	}
	return Tuple2[K, V]{}, KeyError.New("'dictionary is empty'")
}

// OrderedEqual is a == b: the order counts.
func OrderedEqual[K comparable, V any](a, b *Dict[K, V], equal func(a, b V) bool) bool {
	if a.Len() != b.Len() {
		return false
	}
	others := b.Entries()
	for place, entry := range a.Entries() {
		if entry.Key != others[place].Key || !equal(entry.Value, others[place].Value) {
			return false
		}
	}
	return true
}
