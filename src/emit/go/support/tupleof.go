package support

import (
	"reflect"
	"unsafe"
)

// TupleOf is a tuple of any length. It holds an array, by which Go compares and hashes tuples as Python does; the zero
// value is the empty tuple. What a tuple holds never changes.
type TupleOf[T any] struct {
	array any
}

// NewTuple returns a tuple of the items of a list.
func NewTuple[T any](items []T) TupleOf[T] {
	switch len(items) {
	case 0:
		return TupleOf[T]{}
	case 1:
		return TupleOf[T]{[1]T(items)}
	case 2:
		return TupleOf[T]{[2]T(items)}
	case 3:
		return TupleOf[T]{[3]T(items)}
	case 4:
		return TupleOf[T]{[4]T(items)}
	}
	array := reflect.New(reflect.ArrayOf(len(items), reflect.TypeFor[T]())).Elem()
	reflect.Copy(array, reflect.ValueOf(items))
	return TupleOf[T]{array.Interface()}
}

// Len returns the number of items.
func (t TupleOf[T]) Len() int {
	if t.array == nil {
		return 0
	}
	return reflect.TypeOf(t.array).Len()
}

// Items returns the items, to be looked at only.
func (t TupleOf[T]) Items() []T {
	switch array := t.array.(type) {
	case nil:
		return nil
	case [1]T:
		// An array of one may be in the interface itself.
		return array[:]
	}
	// The second word of an interface points to the array.
	words := (*[2]unsafe.Pointer)(unsafe.Pointer(&t.array))
	return unsafe.Slice((*T)(words[1]), t.Len())
}

var errTupleIndex = IndexError.New("tuple index out of range")

// TupleItemAt returns items[index] of a tuple.
func TupleItemAt[T any](items []T, index int64) (T, error) {
	place, err := Index(index, len(items))
	if err != nil {
		var none T
		return none, errTupleIndex
	}
	return items[place], nil
}

// ListTupleIndex returns tuple.index(item, start, stop).
func ListTupleIndex[T any](items []T, item T, start, stop int64, equal func(a, b T) bool) (int64, error) {
	size := int64(len(items))
	clamp := func(place int64) int64 {
		if place < 0 {
			return max(place+size, 0)
		}
		return min(place, size)
	}
	for place := clamp(start); place < clamp(stop); place++ {
		if equal(items[place], item) {
			return place, nil
		}
	}
	return 0, ValueError.New("tuple.index(x): x not in tuple")
}
