package support

// DictPopItem returns dict.popitem(): the last pair.
func DictPopItem[K comparable, V any](dict *Dict[K, V]) (Tuple2[K, V], error) {
	for place := len(dict.entries) - 1; place >= 0; place-- {
		if dict.gone == nil || !dict.gone[place] {
			pair := dict.entries[place]
			dict.Take(pair.Key)
			return Tuple2[K, V]{V0: pair.Key, V1: pair.Value}, nil
		}
		dict.entries, dict.gone = dict.entries[:place], dict.gone[:place]
	}
	return Tuple2[K, V]{}, KeyError.New("'popitem(): dictionary is empty'")
}

// DictPopOption removes a key and returns its value as an option.
func DictPopOption[K comparable, V any](dict *Dict[K, V], key K) Option[V] {
	value, found := dict.Take(key)
	return Option[V]{Value: value, Valid: found}
}
