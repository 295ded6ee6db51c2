package support

import "strings"

// specReader walks over a format specification.
type specReader struct {
	chars []rune
	at    int
}

// next takes a character that is among these; zero where the next one is not.
func (r *specReader) next(allowed string) rune {
	if r.at < len(r.chars) && strings.ContainsRune(allowed, r.chars[r.at]) {
		r.at++
		return r.chars[r.at-1]
	}
	return 0
}

// number takes digits; -1 where there are none. So many that nobody means them are left to Python.
func (r *specReader) number(most int) int {
	start, value := r.at, 0
	for digit := r.next("0123456789"); digit != 0; digit = r.next("0123456789") {
		value = value*10 + int(digit-'0')
		if r.at-start > most {
			Decline("format_spec")
		}
	}
	if r.at == start {
		return -1
	}
	return value
}

// readSpec reads a format specification that was computed; what is none declines.
func readSpec(text string) Spec {
	const aligns = "<>^="
	r := &specReader{chars: []rune(text)}
	var s Spec
	if len(r.chars) > 1 && strings.ContainsRune(aligns, r.chars[1]) {
		s.Fill, r.at = r.chars[0], 1
	}
	hasFill := r.at > 0
	s.Align = byte(r.next(aligns))
	s.Sign = byte(r.next("+- "))
	s.Alternate = r.next("#") != 0
	s.Zero = !hasFill && r.next("0") != 0
	s.Width = max(r.number(6), 0)
	s.Grouping = byte(r.next(",_"))
	if r.next(".") != 0 {
		s.Precision = r.number(4) + 1
		if s.Precision == 0 {
			Decline("format_spec")
		}
	}
	s.Kind = byte(r.next("bdoxXfFeEgGs%"))
	if r.at < len(r.chars) || hasFill && s.Fill == 0 {
		Decline("format_spec")
	}
	return s
}

// SpecInt returns format(n, spec).
func SpecInt(n int64, text string) string {
	s := readSpec(text)
	switch {
	case s.Kind != 0 && strings.IndexByte("fFeEgG%", s.Kind) >= 0:
		return SpecFloat(float64(n), text)
	case s.Kind == 's' || s.Precision > 0 || s.Grouping == ',' && s.Kind != 0 && s.Kind != 'd':
		Decline("format_spec")
	}
	return s.Int(n)
}

// SpecFloat returns format(x, spec).
func SpecFloat(x float64, text string) string {
	s := readSpec(text)
	plain := s.Kind == 0 && s.Precision == 0
	if s.Alternate || !plain && (s.Kind == 0 || strings.IndexByte("fFeEgG%", s.Kind) < 0) {
		Decline("format_spec")
	}
	return s.Float(x)
}

// SpecFloatAny returns format(x, spec) where the specification does not say the kind of number.
func SpecFloatAny(x float64, text string) string {
	return SpecFloat(x, text)
}

// SpecText returns format(s, spec).
func SpecText(value, text string) string {
	s := readSpec(text)
	odd := s.Sign != 0 || s.Alternate || s.Zero || s.Grouping != 0 || s.Align == '='
	if odd || s.Kind != 0 && s.Kind != 's' {
		Decline("format_spec")
	}
	return s.Text(value)
}

// SpecStarred returns the width of %*d: how it is aligned, its sign, zeros and the width; a negative one is on the left.
func SpecStarred(width int64, left, zero bool, flags string) string {
	digits := strings.TrimPrefix(IntText(width), "-")
	switch {
	case left || width < 0:
		return "<" + flags + digits
	case zero:
		return flags + "0" + digits
	}
	return ">" + flags + digits
}

// SpecPrecision returns the precision of %.*f; a negative one is zero.
func SpecPrecision(digits int64) string {
	return "." + IntText(max(digits, 0))
}
