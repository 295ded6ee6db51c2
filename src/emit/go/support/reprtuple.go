package support

// ReprTupleOf returns repr(tuple) of a tuple of any length.
func ReprTupleOf[T any](tuple TupleOf[T], repr func(T) string) string {
	text := ReprAll(tuple.Items(), repr)
	if tuple.Len() == 1 {
		text += ","
	}
	return "(" + text + ")"
}
