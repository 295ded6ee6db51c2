package support

// tupleParts reads a tuple of so many items.
func tupleParts(data any, count int) []any {
	parts := arrayOf(data, "$tuple")
	if len(parts) != count {
		Decline("type")
	}
	return parts
}

// Tuple1Codec is the codec of a tuple of 1.
func Tuple1Codec[T0 any](c0 Codec[T0]) Codec[Tuple1[T0]] {
	return Codec[Tuple1[T0]]{
		Read: func(r *Reader, data any) Tuple1[T0] {
			parts := tupleParts(data, 1)
			return Tuple1[T0]{c0.Read(r, parts[0])}
		},
		Write: func(w *Writer, value Tuple1[T0]) {
			w.open("$tuple")
			w.next()
			c0.Write(w, value.V0)
			w.shut()
		},
	}
}

// Tuple2Codec is the codec of a tuple of 2.
func Tuple2Codec[T0, T1 any](c0 Codec[T0], c1 Codec[T1]) Codec[Tuple2[T0, T1]] {
	return Codec[Tuple2[T0, T1]]{
		Read: func(r *Reader, data any) Tuple2[T0, T1] {
			parts := tupleParts(data, 2)
			return Tuple2[T0, T1]{c0.Read(r, parts[0]), c1.Read(r, parts[1])}
		},
		Write: func(w *Writer, value Tuple2[T0, T1]) {
			w.open("$tuple")
			w.next()
			c0.Write(w, value.V0)
			w.next()
			c1.Write(w, value.V1)
			w.shut()
		},
	}
}

// Tuple3Codec is the codec of a tuple of 3.
func Tuple3Codec[T0, T1, T2 any](c0 Codec[T0], c1 Codec[T1], c2 Codec[T2]) Codec[Tuple3[T0, T1, T2]] {
	return Codec[Tuple3[T0, T1, T2]]{
		Read: func(r *Reader, data any) Tuple3[T0, T1, T2] {
			parts := tupleParts(data, 3)
			return Tuple3[T0, T1, T2]{c0.Read(r, parts[0]), c1.Read(r, parts[1]), c2.Read(r, parts[2])}
		},
		Write: func(w *Writer, value Tuple3[T0, T1, T2]) {
			w.open("$tuple")
			w.next()
			c0.Write(w, value.V0)
			w.next()
			c1.Write(w, value.V1)
			w.next()
			c2.Write(w, value.V2)
			w.shut()
		},
	}
}

// Tuple4Codec is the codec of a tuple of 4.
func Tuple4Codec[T0, T1, T2, T3 any](c0 Codec[T0], c1 Codec[T1], c2 Codec[T2], c3 Codec[T3]) Codec[Tuple4[T0, T1, T2, T3]] {
	return Codec[Tuple4[T0, T1, T2, T3]]{
		Read: func(r *Reader, data any) Tuple4[T0, T1, T2, T3] {
			parts := tupleParts(data, 4)
			return Tuple4[T0, T1, T2, T3]{c0.Read(r, parts[0]), c1.Read(r, parts[1]), c2.Read(r, parts[2]), c3.Read(r, parts[3])}
		},
		Write: func(w *Writer, value Tuple4[T0, T1, T2, T3]) {
			w.open("$tuple")
			w.next()
			c0.Write(w, value.V0)
			w.next()
			c1.Write(w, value.V1)
			w.next()
			c2.Write(w, value.V2)
			w.next()
			c3.Write(w, value.V3)
			w.shut()
		},
	}
}

// Tuple5Codec is the codec of a tuple of 5.
func Tuple5Codec[T0, T1, T2, T3, T4 any](c0 Codec[T0], c1 Codec[T1], c2 Codec[T2], c3 Codec[T3], c4 Codec[T4]) Codec[Tuple5[T0, T1, T2, T3, T4]] {
	return Codec[Tuple5[T0, T1, T2, T3, T4]]{
		Read: func(r *Reader, data any) Tuple5[T0, T1, T2, T3, T4] {
			parts := tupleParts(data, 5)
			return Tuple5[T0, T1, T2, T3, T4]{c0.Read(r, parts[0]), c1.Read(r, parts[1]), c2.Read(r, parts[2]), c3.Read(r, parts[3]), c4.Read(r, parts[4])}
		},
		Write: func(w *Writer, value Tuple5[T0, T1, T2, T3, T4]) {
			w.open("$tuple")
			w.next()
			c0.Write(w, value.V0)
			w.next()
			c1.Write(w, value.V1)
			w.next()
			c2.Write(w, value.V2)
			w.next()
			c3.Write(w, value.V3)
			w.next()
			c4.Write(w, value.V4)
			w.shut()
		},
	}
}

// Tuple6Codec is the codec of a tuple of 6.
func Tuple6Codec[T0, T1, T2, T3, T4, T5 any](c0 Codec[T0], c1 Codec[T1], c2 Codec[T2], c3 Codec[T3], c4 Codec[T4], c5 Codec[T5]) Codec[Tuple6[T0, T1, T2, T3, T4, T5]] {
	return Codec[Tuple6[T0, T1, T2, T3, T4, T5]]{
		Read: func(r *Reader, data any) Tuple6[T0, T1, T2, T3, T4, T5] {
			parts := tupleParts(data, 6)
			return Tuple6[T0, T1, T2, T3, T4, T5]{c0.Read(r, parts[0]), c1.Read(r, parts[1]), c2.Read(r, parts[2]), c3.Read(r, parts[3]), c4.Read(r, parts[4]), c5.Read(r, parts[5])}
		},
		Write: func(w *Writer, value Tuple6[T0, T1, T2, T3, T4, T5]) {
			w.open("$tuple")
			w.next()
			c0.Write(w, value.V0)
			w.next()
			c1.Write(w, value.V1)
			w.next()
			c2.Write(w, value.V2)
			w.next()
			c3.Write(w, value.V3)
			w.next()
			c4.Write(w, value.V4)
			w.next()
			c5.Write(w, value.V5)
			w.shut()
		},
	}
}

// Tuple7Codec is the codec of a tuple of 7.
func Tuple7Codec[T0, T1, T2, T3, T4, T5, T6 any](c0 Codec[T0], c1 Codec[T1], c2 Codec[T2], c3 Codec[T3], c4 Codec[T4], c5 Codec[T5], c6 Codec[T6]) Codec[Tuple7[T0, T1, T2, T3, T4, T5, T6]] {
	return Codec[Tuple7[T0, T1, T2, T3, T4, T5, T6]]{
		Read: func(r *Reader, data any) Tuple7[T0, T1, T2, T3, T4, T5, T6] {
			parts := tupleParts(data, 7)
			return Tuple7[T0, T1, T2, T3, T4, T5, T6]{c0.Read(r, parts[0]), c1.Read(r, parts[1]), c2.Read(r, parts[2]), c3.Read(r, parts[3]), c4.Read(r, parts[4]), c5.Read(r, parts[5]), c6.Read(r, parts[6])}
		},
		Write: func(w *Writer, value Tuple7[T0, T1, T2, T3, T4, T5, T6]) {
			w.open("$tuple")
			w.next()
			c0.Write(w, value.V0)
			w.next()
			c1.Write(w, value.V1)
			w.next()
			c2.Write(w, value.V2)
			w.next()
			c3.Write(w, value.V3)
			w.next()
			c4.Write(w, value.V4)
			w.next()
			c5.Write(w, value.V5)
			w.next()
			c6.Write(w, value.V6)
			w.shut()
		},
	}
}

// Tuple8Codec is the codec of a tuple of 8.
func Tuple8Codec[T0, T1, T2, T3, T4, T5, T6, T7 any](c0 Codec[T0], c1 Codec[T1], c2 Codec[T2], c3 Codec[T3], c4 Codec[T4], c5 Codec[T5], c6 Codec[T6], c7 Codec[T7]) Codec[Tuple8[T0, T1, T2, T3, T4, T5, T6, T7]] {
	return Codec[Tuple8[T0, T1, T2, T3, T4, T5, T6, T7]]{
		Read: func(r *Reader, data any) Tuple8[T0, T1, T2, T3, T4, T5, T6, T7] {
			parts := tupleParts(data, 8)
			return Tuple8[T0, T1, T2, T3, T4, T5, T6, T7]{c0.Read(r, parts[0]), c1.Read(r, parts[1]), c2.Read(r, parts[2]), c3.Read(r, parts[3]), c4.Read(r, parts[4]), c5.Read(r, parts[5]), c6.Read(r, parts[6]), c7.Read(r, parts[7])}
		},
		Write: func(w *Writer, value Tuple8[T0, T1, T2, T3, T4, T5, T6, T7]) {
			w.open("$tuple")
			w.next()
			c0.Write(w, value.V0)
			w.next()
			c1.Write(w, value.V1)
			w.next()
			c2.Write(w, value.V2)
			w.next()
			c3.Write(w, value.V3)
			w.next()
			c4.Write(w, value.V4)
			w.next()
			c5.Write(w, value.V5)
			w.next()
			c6.Write(w, value.V6)
			w.next()
			c7.Write(w, value.V7)
			w.shut()
		},
	}
}
