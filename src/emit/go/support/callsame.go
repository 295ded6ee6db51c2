package support

import "reflect"

// ReturnGiven writes the result of a function that gives back the argument of an index, as the very same object.
func ReturnGiven[T any](c *Call, index int, codec Codec[T], value T) {
	if !c.present[index] {
		Return(c, codec, value)
		return
	}
	c.Result = value
	c.answered = true
	c.writer.raw(`{"$alias":`)
	c.writer.Buf = append(AppendText(c.writer.Buf, c.labels[index], false), '}')
}

// GivenArgument is an argument as it is after the call.
type GivenArgument struct {
	Index int
	Value any
}

// ReturnEither writes the result of a function that gives back one of some arguments on some paths; object is the list,
// dict or set that the result is.
func ReturnEither[T any](c *Call, codec Codec[T], value T, object any, given ...GivenArgument) {
	for _, one := range given {
		if !c.present[one.Index] {
			continue
		}
		if sameObject(object, one.Value) {
			ReturnGiven(c, one.Index, codec, value)
			return
		}
		if isBare(object) && isBare(one.Value) {
			Decline("identity")
		}
	}
	Return(c, codec, value)
}

// isBare tells a slice without memory, which is like any other such slice.
func isBare(value any) bool {
	x := reflect.ValueOf(value)
	return x.IsValid() && x.Kind() == reflect.Slice && x.Cap() == 0
}
