package support

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
