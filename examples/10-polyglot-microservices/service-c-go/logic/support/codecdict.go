package support

// DictCodec is the codec of a dict.
func DictCodec[K comparable, V any](key Codec[K], value Codec[V]) Codec[*Dict[K, V]] {
	return Codec[*Dict[K, V]]{
		Read: func(r *Reader, data any) *Dict[K, V] {
			dict := NewDict[K, V]()
			for _, pair := range dictPairs(data) {
				dict.Set(key.Read(r, pair[0]), value.Read(r, pair[1]))
			}
			return dict
		},
		Write: func(w *Writer, dict *Dict[K, V]) { writeDict(w, dict, key, value) },
	}
}

func writeDict[K comparable, V any](w *Writer, dict *Dict[K, V], key Codec[K], value Codec[V]) {
	var none K
	_, isText := any(none).(string)
	for _, entry := range dict.Entries() {
		text, _ := any(entry.Key).(string)
		isText = isText && (text == "" || text[0] != '$')
	}
	if isText || w.Exact && dict.Len() == 0 {
		w.enter(1)
		w.raw("{")
		for _, entry := range dict.Entries() {
			w.key(any(entry.Key).(string))
			value.Write(w, entry.Value)
		}
		w.raw("}")
		w.leave(1)
		return
	}
	if w.Exact {
		w.raw(`{"$dict":`)
	}
	w.enter(3)
	w.raw("[")
	for _, entry := range dict.Entries() {
		w.next()
		w.raw("[")
		key.Write(w, entry.Key)
		w.raw(",")
		value.Write(w, entry.Value)
		w.raw("]")
	}
	w.raw("]")
	w.leave(3)
	if w.Exact {
		w.raw("}")
	}
}

// dictPairs returns keys and values of a dict in any of its forms.
func dictPairs(data any) [][2]any {
	if inner, ok := tagged(data, "$dict"); ok {
		data = inner
	}
	var out [][2]any
	switch data := data.(type) {
	case *Dict[string, any]:
		for _, entry := range data.Entries() {
			out = append(out, [2]any{entry.Key, entry.Value})
		}
	case []any:
		for _, item := range data {
			pair, ok := item.([]any)
			if !ok || len(pair) != 2 {
				Decline("type")
			}
			out = append(out, [2]any{pair[0], pair[1]})
		}
	default:
		Decline("type")
	}
	return out
}
