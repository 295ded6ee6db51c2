package support

// deepest is a depth that surely fits into CPython's default limit of 1000 with the caller's own frames.
const deepest = 960

// Descend declines before Python would give up with a RecursionError.
func Descend(depth int) {
	if depth > deepest {
		Decline("depth")
	}
}
