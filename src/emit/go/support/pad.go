package support

import "strings"

var errFill = TypeError.New("The fill character must be exactly one character long")

func padText(text, fill string, before, after int64) (string, error) {
	if Length(fill) != 1 {
		return "", errFill
	}
	if max(before, after) > largest {
		Decline("memory")
	}
	return strings.Repeat(fill, int(max(before, 0))) + text + strings.Repeat(fill, int(max(after, 0))), nil
}

// missingIn returns how many code points a text lacks to a width.
func missingIn(text string, width int64) int64 {
	return max(0, max(width, 0)-Length(text))
}

// PadCenter returns text.center(width, fill): the odd one goes to the left where the width is odd.
func PadCenter(text string, width int64, fill string) (string, error) {
	missing := missingIn(text, width)
	before := missing/2 + missing&width&1
	return padText(text, fill, before, missing-before)
}

// PadEnd returns text.ljust(width, fill).
func PadEnd(text string, width int64, fill string) (string, error) {
	return padText(text, fill, 0, missingIn(text, width))
}

// PadStart returns text.rjust(width, fill).
func PadStart(text string, width int64, fill string) (string, error) {
	return padText(text, fill, missingIn(text, width), 0)
}

// PadExpandTabs returns text.expandtabs(size).
func PadExpandTabs(text string, size int64) string {
	var out strings.Builder
	column := int64(0)
	for _, r := range text {
		switch r {
		case '\t':
			if size <= 0 {
				continue
			}
			count := size - column%size
			if count > 1<<20 {
				Decline("memory")
			}
			out.WriteString(strings.Repeat(" ", int(count)))
			column += count
		case '\n', '\r':
			out.WriteRune(r)
			column = 0
		default:
			out.WriteRune(r)
			column++
		}
	}
	return out.String()
}
