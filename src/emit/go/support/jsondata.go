package support

import (
	"math"
	"slices"
)

// JSONItem returns data[key] of JSON data.
func JSONItem(data any, key string) (any, error) {
	switch data := data.(type) {
	case *Dict[string, any]:
		if value, found := data.Get(key); found {
			return value, nil
		}
		return nil, KeyError.New(ReprText(key))
	case []any:
		return nil, TypeError.New("list indices must be integers or slices, not str")
	case string:
		return nil, TypeError.New("string indices must be integers, not 'str'")
	}
	return nil, TypeError.New("'" + typeName(data) + "' object is not subscriptable")
}

// JSONGet returns data.get(key) of JSON data.
func JSONGet(data any, key string) (any, error) {
	return JSONGetOr(data, key, nil)
}

// JSONGetOr returns data.get(key, absent) of JSON data.
func JSONGetOr(data any, key string, absent any) (any, error) {
	if object, ok := data.(*Dict[string, any]); ok {
		return object.GetOr(key, absent), nil
	}
	return nil, AttributeError.New("'" + typeName(data) + "' object has no attribute 'get'")
}

func typeName(data any) string {
	switch data.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int64, BigInt:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case []any:
		return "list"
	}
	return "dict"
}

// JSONToInt returns int(data).
func JSONToInt(data any) (int64, error) {
	switch data := data.(type) {
	case bool:
		return IntFromBool(data), nil
	case int64:
		return data, nil
	case BigInt:
		Decline("big_int")
	case float64:
		return IntFromFloat(data)
	case string:
		return IntFromText(data)
	}
	return 0, TypeError.New("int() argument must be a string, a bytes-like object or a real number, not '" + typeName(data) + "'")
}

// JSONToFloat returns float(data).
func JSONToFloat(data any) (float64, error) {
	switch data := data.(type) {
	case bool:
		return float64(IntFromBool(data)), nil
	case int64:
		return float64(data), nil
	case BigInt:
		Decline("big_int")
	case float64:
		return data, nil
	case string:
		return FloatFromText(data)
	}
	return 0, TypeError.New("float() argument must be a string or a real number, not '" + typeName(data) + "'")
}

// JSONToText returns str(data).
func JSONToText(data any) string {
	if text, ok := data.(string); ok {
		return text
	}
	return reprJSON(data)
}

func reprJSON(data any) string {
	switch data := data.(type) {
	case bool:
		return BoolText(data)
	case int64:
		return IntText(data)
	case BigInt:
		return string(data)
	case float64:
		return FloatText(data)
	case string:
		return ReprText(data)
	case []any:
		return ReprList(data, reprJSON)
	case *Dict[string, any]:
		return ReprDict(data, ReprText, reprJSON)
	}
	return "None"
}

// JSONTruth returns bool(data).
func JSONTruth(data any) bool {
	switch data := data.(type) {
	case bool:
		return data
	case int64:
		return data != 0
	case BigInt:
		return true
	case float64:
		return data != 0
	case string:
		return data != ""
	case []any:
		return len(data) > 0
	case *Dict[string, any]:
		return data.Len() > 0
	}
	return false
}

// JSONOrEmpty returns data or {}.
func JSONOrEmpty(data any) any {
	if JSONTruth(data) {
		return data
	}
	return NewDict[string, any]()
}

// JSONList returns a list as JSON data.
func JSONList[T any](items []T, convert func(T) any) any {
	list := make([]any, 0, len(items))
	for _, item := range items {
		list = append(list, convert(item))
	}
	return list
}

// JSONObject returns a dict with text keys as JSON data.
func JSONObject[T any](dict *Dict[string, T], convert func(T) any) any {
	object := NewDict[string, any]()
	for _, entry := range dict.Entries() {
		object.Set(entry.Key, convert(entry.Value))
	}
	return object
}

// JSONOption returns a value that may be None as JSON data.
func JSONOption[T any](option Option[T], convert func(T) any) any {
	if !option.Valid {
		return nil
	}
	return convert(option.Value)
}

// Response is a web answer.
type Response struct {
	Status int64
	Data   any
}

// Respond returns a web answer from JSON data and a status.
func Respond(data any, status int64) *Response {
	return &Response{Status: status, Data: data}
}

// Body returns the answer's body as Flask writes it: keys in order, without blanks, ASCII, a newline at the end.
func (r *Response) Body() []byte {
	return append(appendFlask(nil, r.Data), '\n')
}

func appendFlask(out []byte, data any) []byte {
	switch data := data.(type) {
	case bool:
		if data {
			return append(out, "true"...)
		}
		return append(out, "false"...)
	case int64:
		return append(out, IntText(data)...)
	case BigInt:
		return append(out, data...)
	case float64:
		return append(out, floatJSON(data)...)
	case string:
		return AppendText(out, data, true)
	case []any:
		out = append(out, '[')
		for i, item := range data {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendFlask(out, item)
		}
		return append(out, ']')
	case *Dict[string, any]:
		out = append(out, '{')
		keys := data.Keys()
		slices.Sort(keys)
		for i, key := range keys {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(AppendText(out, key, true), ':')
			out = appendFlask(out, data.GetOr(key, nil))
		}
		return append(out, '}')
	}
	return append(out, "null"...)
}

func floatJSON(x float64) string {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "Infinity"
	case math.IsInf(x, -1):
		return "-Infinity"
	}
	return FloatText(x)
}

// Member returns a pair of a JSON object.
func Member(key string, value any) Pair[string, any] {
	return Pair[string, any]{Key: key, Value: value}
}
