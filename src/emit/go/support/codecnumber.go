package support

// NumberCodec is the codec of what is an int or a float.
var NumberCodec = Codec[Number]{
	Read: func(r *Reader, data any) Number {
		switch data := data.(type) {
		case int64:
			return NumberFromInt(data)
		case BigInt:
			Decline("big_int")
		}
		return NumberFromFloat(FloatCodec.Read(r, data))
	},
	Write: func(w *Writer, value Number) {
		if value.IsFloat {
			w.float(value.Real)
			return
		}
		w.raw(IntText(value.Int))
	},
}
