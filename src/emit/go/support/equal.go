package support

// EqualFloats compares floats inside containers; it declines where both are NaN, since Python asks for identity then.
func EqualFloats(a, b float64) bool {
	if a != a && b != b {
		Decline("nan_identity")
	}
	return a == b
}

// EqualOptions compares two values that may be None.
func EqualOptions[T any](a, b Option[T], equal func(a, b T) bool) bool {
	return a.Valid == b.Valid && (!a.Valid || equal(a.Value, b.Value))
}
