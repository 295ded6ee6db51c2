package support

// TupleOfCodec is the codec of a tuple of any length.
func TupleOfCodec[T any](item Codec[T]) Codec[TupleOf[T]] {
	return Codec[TupleOf[T]]{
		Read: func(r *Reader, data any) TupleOf[T] {
			parts := arrayOf(data, "$tuple")
			values := make([]T, 0, len(parts))
			for _, part := range parts {
				values = append(values, item.Read(r, part))
			}
			return NewTuple(values)
		},
		Write: func(w *Writer, tuple TupleOf[T]) {
			w.open("$tuple")
			for _, value := range tuple.Items() {
				w.next()
				item.Write(w, value)
			}
			w.shut()
		},
	}
}
