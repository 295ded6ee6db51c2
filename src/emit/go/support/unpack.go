package support

import "fmt"

// UnpackExactly raises unless there are as many items as targets.
func UnpackExactly(length, count int64) error {
	switch {
	case length < count:
		return ValueError.New(fmt.Sprintf("not enough values to unpack (expected %d, got %d)", count, length))
	case length > count:
		return ValueError.New(fmt.Sprintf("too many values to unpack (expected %d)", count))
	}
	return nil
}

// UnpackAtLeast raises where there are fewer items than targets besides the starred one.
func UnpackAtLeast(length, count int64) error {
	if length < count {
		return ValueError.New(fmt.Sprintf("not enough values to unpack (expected at least %d, got %d)", count, length))
	}
	return nil
}
