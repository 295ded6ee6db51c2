package support

import "slices"

// EqualJSON compares JSON data as Python does: 1 == 1.0 == True.
func EqualJSON(a, b any) bool {
	switch x := a.(type) {
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, EqualJSON)
	case *Dict[string, any]:
		y, ok := b.(*Dict[string, any])
		return ok && EqualDicts(x, y, EqualJSON)
	case string, nil, BigInt:
		return a == b
	}
	x, xOk := numberJSON(a)
	y, yOk := numberJSON(b)
	if !xOk || !yOk {
		return false
	}
	m, mOk := x.(int64)
	n, nOk := y.(int64)
	switch {
	case mOk && nOk:
		return m == n
	case mOk:
		return CompareIntFloat(m, y.(float64)) == 0
	case nOk:
		return CompareIntFloat(n, x.(float64)) == 0
	}
	return EqualFloats(x.(float64), y.(float64))
}

func numberJSON(data any) (any, bool) {
	switch data := data.(type) {
	case bool:
		return IntFromBool(data), true
	case int64, float64:
		return data, true
	}
	return nil, false
}
