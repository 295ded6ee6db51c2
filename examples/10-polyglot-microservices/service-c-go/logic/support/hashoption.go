package support

func (Option[T]) hasher() any {
	inner := HasherOf[T]()
	return func(option Option[T]) int64 {
		if !option.Valid {
			return hashOfNone
		}
		return inner(option.Value)
	}
}
