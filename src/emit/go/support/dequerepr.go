package support

// ReprDeque returns the representation of a deque.
func ReprDeque[T any](d *Deque[T], repr func(T) string) string {
	items := ReprList(d.Items(), repr)
	if d.limit < 0 {
		return "deque(" + items + ")"
	}
	return "deque(" + items + ", maxlen=" + IntText(d.limit) + ")"
}
