package support

import (
	"math"
)

// Codec reads and writes the values of a type.
type Codec[T any] struct {
	Read  func(r *Reader, data any) T
	Write func(w *Writer, value T)
}

// NoneCodec is the codec of None.
var NoneCodec = Codec[struct{}]{
	Read: func(_ *Reader, data any) struct{} {
		if data != nil {
			Decline("type")
		}
		return struct{}{}
	},
	Write: func(w *Writer, _ struct{}) { w.raw("null") },
}

// BoolCodec is the codec of bool.
var BoolCodec = Codec[bool]{
	Read: func(_ *Reader, data any) bool {
		value, ok := data.(bool)
		if !ok {
			Decline("type")
		}
		return value
	},
	Write: func(w *Writer, value bool) { w.json(value) },
}

// IntCodec is the codec of int.
var IntCodec = Codec[int64]{
	Read: func(_ *Reader, data any) int64 {
		switch data := data.(type) {
		case int64:
			return data
		case BigInt:
			Decline("big_int")
		}
		Decline("type")
		return 0
	},
	Write: func(w *Writer, value int64) { w.raw(IntText(value)) },
}

// FloatCodec is the codec of float; it accepts an int that is exactly a float.
var FloatCodec = Codec[float64]{
	Read: func(r *Reader, data any) float64 {
		switch data := data.(type) {
		case float64:
			return data
		case int64:
			r.IntForFloat = true
			return Widen(data)
		case BigInt:
			Decline("big_int")
		}
		inner, _ := tagged(data, "$float")
		switch inner {
		case "nan":
			return math.NaN()
		case "inf":
			return math.Inf(1)
		case "-inf":
			return math.Inf(-1)
		}
		Decline("type")
		return 0
	},
	Write: func(w *Writer, value float64) { w.float(value) },
}

// Unwidened is the codec of a type that was inferred, not declared: it declines an int in the place of a float.
func Unwidened[T any](codec Codec[T]) Codec[T] {
	return Codec[T]{
		Read: func(r *Reader, data any) T {
			before := r.IntForFloat
			r.IntForFloat = false
			value := codec.Read(r, data)
			if r.IntForFloat {
				Decline("type")
			}
			r.IntForFloat = before
			return value
		},
		Write: codec.Write,
	}
}

// TextCodec is the codec of str.
var TextCodec = Codec[string]{
	Read: func(_ *Reader, data any) string {
		value, ok := data.(string)
		if !ok {
			Decline("type")
		}
		return value
	},
	Write: func(w *Writer, value string) { w.Buf = AppendText(w.Buf, value, false) },
}

// JSONCodec is the codec of JSON data of any shape.
var JSONCodec = Codec[any]{
	Read:  func(_ *Reader, data any) any { return data },
	Write: func(w *Writer, value any) { w.json(value) },
}

// ListCodec is the codec of a list.
func ListCodec[T any](item Codec[T]) Codec[[]T] {
	return Codec[[]T]{
		Read: func(r *Reader, data any) []T {
			items, ok := data.([]any)
			if !ok {
				Decline("type")
			}
			// One place more than needed, so that even an empty list has an address of its own.
			values := make([]T, 0, len(items)+1)
			for _, one := range items {
				values = append(values, item.Read(r, one))
			}
			return values
		},
		Write: func(w *Writer, values []T) {
			w.enter(1)
			w.raw("[")
			for _, value := range values {
				w.next()
				item.Write(w, value)
			}
			w.raw("]")
			w.leave(1)
		},
	}
}

// ReadField reads a field of an object.
func ReadField[T any](r *Reader, fields Fields, name string, codec Codec[T]) T {
	data, found := fields.Get(name)
	if !found {
		Decline("type")
	}
	return codec.Read(r, data)
}

// WriteField writes a field of an object.
func WriteField[T any](w *Writer, name string, codec Codec[T], value T) {
	w.key(name)
	codec.Write(w, value)
}
