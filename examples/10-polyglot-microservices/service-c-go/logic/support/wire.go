package support

import "math"

// Writer writes values in the protocol's plain or exact form.
type Writer struct {
	// Buf is what has been written.
	Buf []byte
	// Exact tags what plain JSON loses.
	Exact bool
	depth int
}

// deepestWritten is how deep values may be nested that are written; objects that hold themselves are deeper.
const deepestWritten = 100

// enter begins a value that takes so many levels, and declines where it is nested too deep.
func (w *Writer) enter(levels int) {
	if w.depth > deepestWritten {
		Decline("depth")
	}
	w.depth += levels
}

// leave ends a value that took so many levels.
func (w *Writer) leave(levels int) {
	w.depth -= levels
}

func (w *Writer) raw(text string) {
	w.Buf = append(w.Buf, text...)
}

// next writes a comma unless a container has just been opened.
func (w *Writer) next() {
	switch w.Buf[len(w.Buf)-1] {
	case '[', '{', ':':
	default:
		w.raw(",")
	}
}

// key writes a key and its colon.
func (w *Writer) key(name string) {
	w.next()
	w.Buf = append(AppendText(w.Buf, name, false), ':')
}

// float writes the shortest form that reads back, always with a point or an exponent.
func (w *Writer) float(x float64) {
	switch {
	case math.IsNaN(x):
		w.raw(`{"$float":"nan"}`)
	case math.IsInf(x, 1):
		w.raw(`{"$float":"inf"}`)
	case math.IsInf(x, -1):
		w.raw(`{"$float":"-inf"}`)
	default:
		w.raw(FloatText(x))
	}
}

// BeginClass opens an object of a class; EndClass closes it.
func (w *Writer) BeginClass(name string) {
	w.enter(3)
	if w.Exact {
		w.raw(`{"$class":{"name":`)
		w.Buf = AppendText(w.Buf, name, false)
		w.raw(`,"fields":`)
	}
	w.raw("{")
}

// EndClass closes an object of a class.
func (w *Writer) EndClass() {
	w.leave(3)
	w.raw("}")
	if w.Exact {
		w.raw("}}")
	}
}

// Begin opens an object of fields without a class; End closes it.
func (w *Writer) Begin() {
	w.raw("{")
}

// End closes an object of fields.
func (w *Writer) End() {
	w.raw("}")
}

// json writes JSON data.
func (w *Writer) json(data any) {
	switch data := data.(type) {
	case nil:
		w.raw("null")
	case bool:
		if data {
			w.raw("true")
		} else {
			w.raw("false")
		}
	case int64:
		w.raw(IntText(data))
	case BigInt:
		w.raw(string(data))
	case float64:
		w.float(data)
	case string:
		w.Buf = AppendText(w.Buf, data, false)
	case []any:
		w.raw("[")
		for _, item := range data {
			w.next()
			w.json(item)
		}
		w.raw("]")
	case *Dict[string, any]:
		w.raw("{")
		for _, entry := range data.Entries() {
			w.key(entry.Key)
			w.json(entry.Value)
		}
		w.raw("}")
	}
}

// Reader reads values of a request.
type Reader struct {
	// IntForFloat is true once an int stood where a float is declared.
	IntForFloat bool
	// Kept are the objects that a $ref may mean.
	Kept func(name string) any
}

// tagged returns what a tag holds where the data is an object of that tag alone.
func tagged(data any, tag string) (any, bool) {
	object, ok := data.(*Dict[string, any])
	if !ok || object.Len() != 1 {
		return nil, false
	}
	return object.Get(tag)
}

// arrayOf returns the items of an array, or of one with a tag.
func arrayOf(data any, tag string) []any {
	if inner, ok := tagged(data, tag); ok {
		data = inner
	}
	items, ok := data.([]any)
	if !ok {
		Decline("type")
	}
	return items
}

// Fields are the fields of an object that is read.
type Fields = *Dict[string, any]

// Object returns the fields of an object of a class with so many fields.
func Object(data any, class string, count int) Fields {
	if inner, ok := tagged(data, "$class"); ok {
		object, _ := inner.(*Dict[string, any])
		if object == nil || object.GetOr("name", nil) != any(class) {
			Decline("type")
		}
		data = object.GetOr("fields", nil)
	}
	fields, ok := data.(*Dict[string, any])
	if !ok || fields.Len() != count {
		Decline("type")
	}
	return fields
}

// open begins an array with a tag, shut ends it.
func (w *Writer) open(tag string) {
	w.enter(2)
	if w.Exact {
		w.raw(`{"` + tag + `":`)
	}
	w.raw("[")
}

func (w *Writer) shut() {
	w.leave(2)
	w.raw("]")
	if w.Exact {
		w.raw("}")
	}
}

// KeptAs returns the kept object that a $ref means.
func KeptAs[T any](r *Reader, data any) (T, bool) {
	var none T
	name, ok := tagged(data, "$ref")
	if !ok {
		return none, false
	}
	text, _ := name.(string)
	object, ok := r.Kept(text).(T)
	if !ok {
		Decline("type")
	}
	return object, true
}
