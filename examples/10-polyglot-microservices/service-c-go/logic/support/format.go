package support

import (
	"math"
	"strconv"
	"strings"
)

// Spec is a format specification: [[fill]align][sign][#][0][width][,][.precision][type].
type Spec struct {
	Fill      rune
	Align     byte
	Sign      byte
	Alternate bool
	Zero      bool
	Width     int
	Grouping  byte
	// Precision is one more than the digits asked for; zero where none are.
	Precision int
	Kind      byte
}

// Text formats a text.
func (s Spec) Text(text string) string {
	if s.Precision > 0 && Length(text) > int64(s.Precision-1) {
		text = string([]rune(text)[:s.Precision-1])
	}
	if s.Align == 0 {
		s.Align = '<'
	}
	if s.Zero && s.Fill == 0 {
		s.Fill = '0'
	}
	return s.pad("", text)
}

// Int formats an integer.
func (s Spec) Int(n int64) string {
	base, prefix, group := 10, "", 3
	switch s.Kind {
	case 'b':
		base, prefix, group = 2, "0b", 4
	case 'o':
		base, prefix, group = 8, "0o", 4
	case 'x':
		base, prefix, group = 16, "0x", 4
	case 'X':
		base, prefix, group = 16, "0X", 4
	case 'c':
		char, err := Chr(n)
		if err != nil {
			Decline("format_char")
		}
		return s.Text(char)
	case 'e', 'E', 'f', 'F', 'g', 'G', '%':
		return s.Float(float64(n))
	}
	digits := strings.TrimPrefix(strconv.FormatInt(n, base), "-")
	if s.Kind == 'X' {
		digits = strings.ToUpper(digits)
	}
	if !s.Alternate {
		prefix = ""
	}
	return s.number(n < 0, prefix, digits, "", group)
}

// Float formats a float.
func (s Spec) Float(x float64) string {
	size := math.Abs(x)
	negative := math.Signbit(x) && !math.IsNaN(x)
	// A percentage is computed before it is written: it may be too large for a float.
	if math.IsNaN(x) || math.IsInf(x, 0) || s.Kind == '%' && math.IsInf(x*100, 0) {
		return s.special(x, negative)
	}
	digits, tail := s.digits(size)
	whole, rest := digits, ""
	if place := strings.IndexAny(digits, ".eE"); place >= 0 {
		whole, rest = digits[:place], digits[place:]
	}
	return s.number(negative, "", whole, rest+tail, 3)
}

func (s Spec) special(x float64, negative bool) string {
	text := "inf"
	if math.IsNaN(x) {
		text = "nan"
	}
	if s.Kind == 'E' || s.Kind == 'F' || s.Kind == 'G' {
		text = strings.ToUpper(text)
	}
	if s.Kind == '%' {
		text += "%"
	}
	if s.Zero {
		Decline("format_special")
	}
	return s.number(negative, "", text, "", 0)
}

// digits writes the absolute value, and what follows the number.
func (s Spec) digits(size float64) (string, string) {
	precision := s.Precision - 1
	switch s.Kind {
	case 0:
		if precision < 0 {
			return FloatText(size), ""
		}
		return generalOf(size, precision, true, s.Alternate), ""
	case 'g', 'n', 'G':
		if precision < 0 {
			precision = 6
		}
		text := generalOf(size, precision, false, s.Alternate)
		if s.Kind == 'G' {
			text = strings.ToUpper(text)
		}
		return text, ""
	}
	if precision < 0 {
		precision = 6
	}
	switch s.Kind {
	case 'e', 'E':
		return s.dotted(strconv.FormatFloat(size, s.Kind, precision, 64)), ""
	case '%':
		return s.dotted(strconv.FormatFloat(size*100, 'f', precision, 64)), "%"
	}
	return s.dotted(strconv.FormatFloat(size, 'f', precision, 64)), ""
}

// dotted keeps the point that # asks for.
func (s Spec) dotted(digits string) string {
	if !s.Alternate || strings.Contains(digits, ".") {
		return digits
	}
	if place := strings.IndexAny(digits, "eE"); place >= 0 {
		return digits[:place] + "." + digits[place:]
	}
	return digits + "."
}

// generalOf writes with so many significant digits, with an exponent where the number is very small or large.
func generalOf(size float64, precision int, atLeastOne, alternate bool) string {
	precision = max(precision, 1)
	text := strconv.FormatFloat(size, 'e', precision-1, 64)
	place := strings.IndexByte(text, 'e')
	exponent, _ := strconv.Atoi(text[place+1:])
	limit := precision
	if atLeastOne {
		limit--
	}
	if size != 0 && (exponent < -4 || exponent >= limit) && !(limit == 0 && exponent < 0 && exponent >= -4) {
		return trimmed(text[:place], alternate) + text[place:]
	}
	digits := trimmed(strconv.FormatFloat(size, 'f', max(precision-1-exponent, 0), 64), alternate)
	if atLeastOne && !strings.Contains(digits, ".") {
		digits += ".0"
	}
	return digits
}

func trimmed(digits string, alternate bool) string {
	if alternate || !strings.Contains(digits, ".") {
		return digits
	}
	return strings.TrimRight(strings.TrimRight(digits, "0"), ".")
}

// number puts sign, prefix, grouped digits and the rest together and pads them.
func (s Spec) number(negative bool, prefix, whole, rest string, group int) string {
	sign := ""
	switch {
	case negative:
		sign = "-"
	case s.Sign == '+' || s.Sign == ' ':
		sign = string(s.Sign)
	}
	head := sign + prefix
	if s.Zero && s.Align == 0 {
		s.Align, s.Fill = '=', '0'
	}
	if s.Zero && s.Fill == 0 {
		s.Fill = '0'
	}
	if s.Grouping != 0 && group > 0 {
		whole = s.grouped(whole, s.Width-len(head)-len(rest), group)
	}
	if s.Align == 0 {
		s.Align = '>'
	}
	return s.pad(head, whole+rest)
}

// grouped puts separators between groups of digits; zero padding counts as digits.
func (s Spec) grouped(digits string, width, group int) string {
	if s.Align == '=' && s.Fill == '0' {
		for len(digits)+(len(digits)-1)/group < width {
			digits = "0" + digits
		}
	}
	var out strings.Builder
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%group == 0 {
			out.WriteByte(s.Grouping)
		}
		out.WriteByte(digits[i])
	}
	return out.String()
}

func (s Spec) pad(head, body string) string {
	missing := s.Width - int(Length(head)) - int(Length(body))
	if missing <= 0 {
		return head + body
	}
	fill := " "
	if s.Fill != 0 {
		fill = string(s.Fill)
	}
	switch s.Align {
	case '<':
		return head + body + strings.Repeat(fill, missing)
	case '^':
		return strings.Repeat(fill, missing/2) + head + body + strings.Repeat(fill, missing-missing/2)
	case '=':
		return head + strings.Repeat(fill, missing) + body
	}
	return strings.Repeat(fill, missing) + head + body
}

// Fixed returns format(x, ".Nf").
func Fixed(x float64, digits int) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}
