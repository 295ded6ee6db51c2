package support

// Option is a value or None.
type Option[T any] struct {
	Value T
	Valid bool
}

// Some returns an option that holds a value.
func Some[T any](value T) Option[T] {
	return Option[T]{Value: value, Valid: true}
}

// CopyOption copies a value that may be None.
func CopyOption[T any](option Option[T], copy func(T) T) Option[T] {
	if option.Valid {
		option.Value = copy(option.Value)
	}
	return option
}
