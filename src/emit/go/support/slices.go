package support

import (
	"fmt"
	"slices"
)

// SlicesAssign is items[start:stop:step] = values.
func SlicesAssign[T any](items *[]T, start, stop, step Option[int64], values []T) error {
	first, by, count, err := Bounds(len(*items), start, stop, step)
	if err != nil {
		return err
	}
	if by == 1 {
		*items = slices.Replace(*items, int(first), int(first+count), values...)
		return nil
	}
	if count != int64(len(values)) {
		message := "attempt to assign sequence of size %d to extended slice of size %d"
		return ValueError.New(fmt.Sprintf(message, len(values), count))
	}
	for i, value := range values {
		(*items)[first+int64(i)*by] = value
	}
	return nil
}

// SlicesDelete is del items[start:stop:step].
func SlicesDelete[T any](items *[]T, start, stop, step Option[int64]) error {
	first, by, count, err := Bounds(len(*items), start, stop, step)
	if err != nil || count == 0 {
		return err
	}
	if by < 0 {
		first, by = first+(count-1)*by, -by
	}
	place, kept := int64(0), (*items)[:0]
	for _, item := range *items {
		from := place - first
		if from < 0 || from%by != 0 || from/by >= count {
			kept = append(kept, item)
		}
		place++
	}
	clear((*items)[len(kept):])
	*items = kept
	return nil
}
