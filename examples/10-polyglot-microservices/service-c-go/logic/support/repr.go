package support

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// IntText returns str(n).
func IntText(n int64) string {
	return strconv.FormatInt(n, 10)
}

// BoolText returns str(b).
func BoolText(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// FloatText returns str(x): the shortest decimal that reads back as x.
func FloatText(x float64) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	size := math.Abs(x)
	if size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	text := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// ReprText returns repr(text).
func ReprText(text string) string {
	quote := '\''
	if strings.Contains(text, "'") && !strings.Contains(text, "\"") {
		quote = '"'
	}
	var out strings.Builder
	out.WriteRune(quote)
	for _, r := range text {
		switch {
		case r == quote || r == '\\':
			out.WriteRune('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case unicode.IsPrint(known(r)):
			out.WriteRune(r)
		default:
			out.WriteString(escape(r))
		}
	}
	out.WriteRune(quote)
	return out.String()
}

func escape(r rune) string {
	digits := strconv.FormatInt(int64(r), 16)
	switch {
	case r < 0x100:
		return `\x` + strings.Repeat("0", 2-len(digits)) + digits
	case r < 0x10000:
		return `\u` + strings.Repeat("0", 4-len(digits)) + digits
	}
	return `\U` + strings.Repeat("0", 8-len(digits)) + digits
}

// ReprBytes returns repr(data).
func ReprBytes(data []byte) string {
	quote := byte('\'')
	if strings.Contains(string(data), "'") && !strings.Contains(string(data), "\"") {
		quote = '"'
	}
	out := []byte{'b', quote}
	for _, b := range data {
		switch {
		case b == quote || b == '\\':
			out = append(out, '\\', b)
		case b == '\n':
			out = append(out, `\n`...)
		case b == '\r':
			out = append(out, `\r`...)
		case b == '\t':
			out = append(out, `\t`...)
		case b < 0x20 || b >= 0x7F:
			out = append(out, escape(rune(b))...)
		default:
			out = append(out, b)
		}
	}
	return string(append(out, quote))
}

// ReprAll joins the representations of items.
func ReprAll[T any](items []T, repr func(T) string) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = repr(item)
	}
	return strings.Join(texts, ", ")
}

// ReprList returns repr(items).
func ReprList[T any](items []T, repr func(T) string) string {
	return "[" + ReprAll(items, repr) + "]"
}

// ReprOption returns the representation of a value that may be None.
func ReprOption[T any](option Option[T], repr func(T) string) string {
	if !option.Valid {
		return "None"
	}
	return repr(option.Value)
}
