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

// Present gives the value of an option; declines where it is None and the code does not expect that.
func Present[T any](option Option[T]) T {
	if !option.Valid {
		Decline("none")
	}
	return option.Value
}

// NotNil gives an object; declines where it is None and the code does not expect that.
func NotNil[T any](object *T) *T {
	if object == nil {
		Decline("none")
	}
	return object
}

// CopyOption copies a value that may be None.
func CopyOption[T any](option Option[T], copy func(T) T) Option[T] {
	if option.Valid {
		option.Value = copy(option.Value)
	}
	return option
}
