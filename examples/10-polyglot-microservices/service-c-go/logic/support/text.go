package support

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Length returns len(text) in code points.
func Length(text string) int64 {
	return int64(utf8.RuneCountInString(text))
}

// isASCII reports whether bytes are code points.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// CharAt returns text[index].
func CharAt(text string, index int64) (string, error) {
	if isASCII(text) {
		place, err := Index(index, len(text))
		if err != nil {
			return "", errChar
		}
		return text[place : place+1], nil
	}
	runes := []rune(text)
	place, err := Index(index, len(runes))
	if err != nil {
		return "", errChar
	}
	return string(runes[place]), nil
}

var errChar = IndexError.New("string index out of range")

// Chars returns the code points of a text, each as a text.
func Chars(text string) []string {
	return strings.Split(text, "")
}

// SliceText returns text[start:stop:step].
func SliceText(text string, start, stop, step Option[int64]) (string, error) {
	ascii := isASCII(text)
	runes := []rune(nil)
	length := len(text)
	if !ascii {
		runes = []rune(text)
		length = len(runes)
	}
	first, by, count, err := Bounds(length, start, stop, step)
	if err != nil || count == 0 {
		return "", err
	}
	if ascii && by == 1 {
		return text[first : first+count], nil
	}
	var sliced strings.Builder
	for i := range count {
		if ascii {
			sliced.WriteByte(text[first+i*by])
		} else {
			sliced.WriteRune(runes[first+i*by])
		}
	}
	return sliced.String(), nil
}

// FindText returns text.find(part) in code points.
func FindText(text, part string) int64 {
	place := strings.Index(text, part)
	if place <= 0 {
		return int64(place)
	}
	return Length(text[:place])
}

// CountText returns text.count(part).
func CountText(text, part string) int64 {
	return int64(strings.Count(text, part))
}

// IndexOfText returns text.index(part).
func IndexOfText(text, part string) (int64, error) {
	place := FindText(text, part)
	if place < 0 {
		return 0, ValueError.New("substring not found")
	}
	return place, nil
}

// Ord returns ord(char).
func Ord(char string) (int64, error) {
	if n := Length(char); n != 1 {
		return 0, TypeError.New("ord() expected a character, but string of length " + IntText(n) + " found")
	}
	r, _ := utf8.DecodeRuneInString(char)
	return int64(r), nil
}

// Chr returns chr(code).
func Chr(code int64) (string, error) {
	if code < 0 || code > unicode.MaxRune {
		if code != int64(int32(code)) {
			return "", OverflowError.New("Python int too large to convert to C int")
		}
		return "", ValueError.New("chr() arg not in range(0x110000)")
	}
	if 0xD800 <= code && code < 0xE000 {
		Decline("surrogate")
	}
	return string(rune(code)), nil
}

// isSpace is Python's idea of whitespace.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || 0x1C <= r && r <= 0x1F
}

// StripSpace returns text.strip().
func StripSpace(text string) string {
	return strings.TrimFunc(text, isSpace)
}

// StripSpaceStart returns text.lstrip().
func StripSpaceStart(text string) string {
	return strings.TrimLeftFunc(text, isSpace)
}

// StripSpaceEnd returns text.rstrip().
func StripSpaceEnd(text string) string {
	return strings.TrimRightFunc(text, isSpace)
}

// SplitSpace returns text.split().
func SplitSpace(text string) []string {
	return strings.FieldsFunc(text, isSpace)
}

// SplitAt returns text.split(separator).
func SplitAt(text, separator string) ([]string, error) {
	if separator == "" {
		return nil, ValueError.New("empty separator")
	}
	return strings.Split(text, separator), nil
}

// SplitLines returns text.splitlines().
func SplitLines(text string) []string {
	var lines []string
	start := 0
	for i, r := range text {
		if i < start {
			continue
		}
		switch r {
		case '\n', '\v', '\f', '\r', 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029:
			lines = append(lines, text[start:i])
			start = i + utf8.RuneLen(r)
			if r == '\r' && strings.HasPrefix(text[start:], "\n") {
				start++
			}
		}
	}
	if start < len(text) {
		lines = append(lines, text[start:])
	}
	return lines
}

// Upper returns text.upper(); it declines where one letter would become several.
func Upper(text string) string {
	if !isASCII(text) && strings.ContainsFunc(text, growsInUpper) {
		Decline("unicode_case")
	}
	return strings.ToUpper(text)
}

func growsInUpper(r rune) bool {
	switch {
	case r == 0xDF, r == 0x149, r == 0x1F0, r == 0x390, r == 0x3B0, r == 0x587:
		return true
	case 0x1E96 <= r && r <= 0x1E9A, 0x1F50 <= r && r <= 0x1FFF, 0xFB00 <= r && r <= 0xFB17:
		return true
	}
	return false
}

// Lower returns text.lower(); it declines where the result depends on the surroundings.
func Lower(text string) string {
	if !isASCII(text) && strings.ContainsAny(text, "\u0130\u03A3") {
		Decline("unicode_case")
	}
	return strings.ToLower(text)
}

func isLetter(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z'
}

// IsSpaces returns text.isspace().
func IsSpaces(text string) bool {
	return text != "" && strings.TrimFunc(text, isSpace) == ""
}

// ZeroFill returns text.zfill(width).
func ZeroFill(text string, width int64) string {
	missing := width - Length(text)
	if missing <= 0 {
		return text
	}
	if missing > largest {
		Decline("memory")
	}
	zeros := strings.Repeat("0", int(missing))
	if strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") {
		return text[:1] + zeros + text[1:]
	}
	return zeros + text
}

// RepeatText returns text * times.
func RepeatText(text string, times int64) string {
	if times <= 0 || text == "" {
		return ""
	}
	if times > largest/int64(len(text)) {
		Decline("memory")
	}
	return strings.Repeat(text, int(times))
}
