package support

// ReprDict returns repr(dict).
func ReprDict[K comparable, V any](dict *Dict[K, V], key func(K) string, value func(V) string) string {
	return "{" + ReprAll(dict.Entries(), func(entry Pair[K, V]) string {
		return key(entry.Key) + ": " + value(entry.Value)
	}) + "}"
}
