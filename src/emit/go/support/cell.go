package support

// Cell is a variable that several functions share.
type Cell[T any] struct {
	Value T
}
