package support

// MemberCodec is the codec of an enumeration: its class, and the names of its members in order.
func MemberCodec[T ~int](class string, names ...string) Codec[T] {
	return Codec[T]{
		Read: func(_ *Reader, data any) T {
			inner, _ := tagged(data, "$enum")
			for index, name := range names {
				if inner == any(class+"."+name) {
					return T(index)
				}
			}
			Decline("type")
			return 0
		},
		Write: func(w *Writer, value T) { w.raw(`{"$enum":"` + class + "." + names[value] + `"}`) },
	}
}
