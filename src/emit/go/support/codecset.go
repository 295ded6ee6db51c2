package support

// SetCodec is the codec of a set; its tag is $set or $frozenset.
func SetCodec[T comparable](tag string, item Codec[T]) Codec[*Set[T]] {
	return Codec[*Set[T]]{
		Read: func(r *Reader, data any) *Set[T] {
			set := NewSet[T]()
			for _, one := range arrayOf(data, tag) {
				set.Add(item.Read(r, one))
			}
			return set.FromOutside()
		},
		Write: func(w *Writer, set *Set[T]) {
			w.open(tag)
			for _, value := range set.Items() {
				w.next()
				item.Write(w, value)
			}
			w.shut()
		},
	}
}
