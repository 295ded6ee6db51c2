package support

// OptionCodec is the codec of a value that may be None.
func OptionCodec[T any](inner Codec[T]) Codec[Option[T]] {
	return Codec[Option[T]]{
		Read: func(r *Reader, data any) Option[T] {
			if data == nil {
				return Option[T]{}
			}
			return Some(inner.Read(r, data))
		},
		Write: func(w *Writer, option Option[T]) {
			if option.Valid {
				inner.Write(w, option.Value)
			} else {
				w.raw("null")
			}
		},
	}
}

// NilCodec is the codec of a pointer that may be nil, which is None.
func NilCodec[T any](inner Codec[*T]) Codec[*T] {
	return Codec[*T]{
		Read: func(r *Reader, data any) *T {
			if data == nil {
				return nil
			}
			return inner.Read(r, data)
		},
		Write: func(w *Writer, value *T) {
			if value == nil {
				w.raw("null")
			} else {
				inner.Write(w, value)
			}
		},
	}
}
