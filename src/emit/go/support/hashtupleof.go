package support

func (TupleOf[T]) hasher() any {
	item := HasherOf[T]()
	return func(t TupleOf[T]) int64 {
		hashes := make([]int64, 0, t.Len())
		for _, value := range t.Items() {
			hashes = append(hashes, item(value))
		}
		return HashTuple(hashes...)
	}
}
