package support

// Guard is the panic of a call that meets what this translation does not cover. The session catches it, rolls the
// state back and answers with its kind; the caller then asks the original Python.
type Guard struct {
	// Kind says why: int_overflow, big_int, type ...
	Kind string
	// At is file:line:column in the Python source; empty where only the function is known.
	At string
}

// Decline ends the running call with a guard.
func Decline(kind string) {
	panic(Guard{Kind: kind})
}
