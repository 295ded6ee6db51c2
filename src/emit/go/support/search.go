package support

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// textPart returns the part of a text between two bounds and where it starts in code points; false where the start is
// past the end.
func textPart(text string, start, end Option[int64]) (string, int64, bool) {
	length := Length(text)
	clamp := func(bound Option[int64], absent int64) int64 {
		if !bound.Valid {
			return absent
		}
		if bound.Value < 0 {
			return max(bound.Value+length, 0)
		}
		return bound.Value
	}
	first, last := clamp(start, 0), min(clamp(end, length), length)
	if first > last {
		return "", 0, false
	}
	return text[offsetOf(text, first):offsetOf(text, last)], first, true
}

// offsetOf returns where a code point begins.
func offsetOf(text string, place int64) int {
	if isASCII(text) {
		return int(place)
	}
	for offset := range text {
		if place == 0 {
			return offset
		}
		place--
	}
	return len(text)
}

// splitLimit returns a limit as Python gives it: negative ones are none.
func splitLimit(count int64) int {
	if count < 0 || count >= 1<<62 {
		return -1
	}
	return int(count)
}

// SearchFindIn returns text.find(sub, start, end).
func SearchFindIn(text, sub string, start, end Option[int64]) int64 {
	part, from, ok := textPart(text, start, end)
	if place := FindText(part, sub); ok && place >= 0 {
		return from + place
	}
	return -1
}

// SearchFindLast returns text.rfind(sub, start, end).
func SearchFindLast(text, sub string, start, end Option[int64]) int64 {
	part, from, ok := textPart(text, start, end)
	if place := strings.LastIndex(part, sub); ok && place >= 0 {
		return from + Length(part[:place])
	}
	return -1
}

// SearchIndexIn returns text.index(sub, start, end).
func SearchIndexIn(text, sub string, start, end Option[int64]) (int64, error) {
	place := SearchFindIn(text, sub, start, end)
	if place < 0 {
		return 0, ValueError.New("substring not found")
	}
	return place, nil
}

// SearchIndexLast returns text.rindex(sub, start, end).
func SearchIndexLast(text, sub string, start, end Option[int64]) (int64, error) {
	place := SearchFindLast(text, sub, start, end)
	if place < 0 {
		return 0, ValueError.New("substring not found")
	}
	return place, nil
}

// SearchCountIn returns text.count(sub, start, end).
func SearchCountIn(text, sub string, start, end Option[int64]) int64 {
	part, _, ok := textPart(text, start, end)
	if !ok {
		return 0
	}
	return CountText(part, sub)
}

// SearchStartsIn returns text.startswith(prefix, start, end).
func SearchStartsIn(text, prefix string, start, end Option[int64]) bool {
	part, _, ok := textPart(text, start, end)
	return ok && strings.HasPrefix(part, prefix)
}

// SearchEndsIn returns text.endswith(suffix, start, end).
func SearchEndsIn(text, suffix string, start, end Option[int64]) bool {
	part, _, ok := textPart(text, start, end)
	return ok && strings.HasSuffix(part, suffix)
}

// SearchReplaceSome returns text.replace(old, replacement, count).
func SearchReplaceSome(text, old, replacement string, count int64) string {
	times := strings.Count(text, old)
	if limit := splitLimit(count); limit >= 0 {
		times = min(times, limit)
	}
	if len(replacement) > 0 && times > largest/len(replacement) {
		Decline("memory")
	}
	return strings.Replace(text, old, replacement, splitLimit(count))
}

// SearchSplitWords returns text.split(None, maxsplit).
func SearchSplitWords(text string, maxsplit int64) []string {
	words := []string{}
	limit := splitLimit(maxsplit)
	rest := strings.TrimLeftFunc(text, isSpace)
	for rest != "" {
		if len(words) == limit {
			return append(words, rest)
		}
		end := strings.IndexFunc(rest, isSpace)
		if end < 0 {
			end = len(rest)
		}
		words = append(words, rest[:end])
		rest = strings.TrimLeftFunc(rest[end:], isSpace)
	}
	return words
}

// SearchSplitLastWords returns text.rsplit(None, maxsplit).
func SearchSplitLastWords(text string, maxsplit int64) []string {
	words := []string{}
	limit := splitLimit(maxsplit)
	rest := strings.TrimRightFunc(text, isSpace)
	for rest != "" {
		if len(words) == limit {
			words = append(words, rest)
			break
		}
		start := 0
		if place := strings.LastIndexFunc(rest, isSpace); place >= 0 {
			_, size := utf8.DecodeRuneInString(rest[place:])
			start = place + size
		}
		words = append(words, rest[start:])
		rest = strings.TrimRightFunc(rest[:start], isSpace)
	}
	slices.Reverse(words)
	return words
}

var errSeparator = ValueError.New("empty separator")

// SearchSplitParts returns text.split(separator, maxsplit).
func SearchSplitParts(text, separator string, maxsplit int64) ([]string, error) {
	if separator == "" {
		return nil, errSeparator
	}
	limit := splitLimit(maxsplit)
	if limit >= 0 {
		limit++
	}
	return strings.SplitN(text, separator, limit), nil
}

// SearchSplitLastParts returns text.rsplit(separator, maxsplit).
func SearchSplitLastParts(text, separator string, maxsplit int64) ([]string, error) {
	if separator == "" {
		return nil, errSeparator
	}
	parts := []string{}
	limit := splitLimit(maxsplit)
	for len(parts) != limit {
		place := strings.LastIndex(text, separator)
		if place < 0 {
			break
		}
		parts = append(parts, text[place+len(separator):])
		text = text[:place]
	}
	parts = append(parts, text)
	slices.Reverse(parts)
	return parts, nil
}

// SearchPartition returns text.partition(separator).
func SearchPartition(text, separator string) (Tuple3[string, string, string], error) {
	if separator == "" {
		return Tuple3[string, string, string]{}, errSeparator
	}
	before, after, found := strings.Cut(text, separator)
	if !found {
		return Tuple3[string, string, string]{V0: text}, nil
	}
	return Tuple3[string, string, string]{before, separator, after}, nil
}

// SearchPartitionLast returns text.rpartition(separator).
func SearchPartitionLast(text, separator string) (Tuple3[string, string, string], error) {
	if separator == "" {
		return Tuple3[string, string, string]{}, errSeparator
	}
	place := strings.LastIndex(text, separator)
	if place < 0 {
		return Tuple3[string, string, string]{V2: text}, nil
	}
	return Tuple3[string, string, string]{text[:place], separator, text[place+len(separator):]}, nil
}

// SearchSplitLines returns text.splitlines(keepends).
func SearchSplitLines(text string, keepends bool) []string {
	if !keepends {
		return SplitLines(text)
	}
	lines := []string{}
	for text != "" {
		end := strings.IndexFunc(text, isLineEnd)
		if end < 0 {
			return append(lines, text)
		}
		_, size := utf8.DecodeRuneInString(text[end:])
		if strings.HasPrefix(text[end:], "\r\n") {
			size = 2
		}
		lines = append(lines, text[:end+size])
		text = text[end+size:]
	}
	return lines
}

func isLineEnd(r rune) bool {
	switch r {
	case '\n', '\v', '\f', '\r', 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

// SearchWithoutPrefix returns text.removeprefix(prefix).
func SearchWithoutPrefix(text, prefix string) string {
	return strings.TrimPrefix(text, prefix)
}

// SearchWithoutSuffix returns text.removesuffix(suffix).
func SearchWithoutSuffix(text, suffix string) string {
	return strings.TrimSuffix(text, suffix)
}
