package support

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// settledRanges has the characters that have been the same in every version of Unicode, and whose case does not depend
// on others.
var settledRanges = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x0000, 0x019A, 1}, {0x019C, 0x024F, 1}, {0x0391, 0x03A1, 1}, {0x03A4, 0x03A9, 1}, {0x03B1, 0x03C1, 1}, {0x03C4, 0x03C9, 1},
		{0x0400, 0x0481, 1}, {0x2010, 0x2027, 1}, {0x2030, 0x205E, 1}, {0x20A0, 0x20B5, 1}, {0x2190, 0x22FF, 1},
		{0x2500, 0x257F, 1}, {0x3041, 0x3096, 1}, {0x30A1, 0x30FA, 1}, {0x4E00, 0x9FA5, 1}, {0xAC00, 0xD7A3, 1},
		{0xFF01, 0xFF5E, 1},
	},
	R32:         []unicode.Range32{{0x1F300, 0x1F64F, 1}},
	LatinOffset: 0,
}

func settled(r rune) rune {
	if r >= utf8.RuneSelf && !unicode.Is(settledRanges, r) {
		Decline("unicode_class")
	}
	return r
}

func isUpperRune(r rune) bool {
	return unicode.IsUpper(settled(r))
}

func isLowerRune(r rune) bool {
	return unicode.IsLower(settled(r)) || r == 0xAA || r == 0xBA
}

func isCasedRune(r rune) bool {
	return isUpperRune(r) || isLowerRune(r) || unicode.IsTitle(r)
}

func upperRune(r rune) rune {
	if r >= utf8.RuneSelf && growsInUpper(settled(r)) {
		Decline("unicode_case")
	}
	return unicode.ToUpper(r)
}

func lowerRune(r rune) rune {
	if settled(r) == 0x130 {
		Decline("unicode_case")
	}
	return unicode.ToLower(r)
}

// titleRune is for the start of a word; digraphs have a form of their own there.
func titleRune(r rune) rune {
	if 0x1C4 <= r && r <= 0x1CC || 0x1F1 <= r && r <= 0x1F3 {
		Decline("unicode_case")
	}
	return upperRune(r)
}

// LettersTitle returns text.title().
func LettersTitle(text string) string {
	inside := false
	return strings.Map(func(r rune) rune {
		mapped := r
		if inside {
			mapped = lowerRune(r)
		} else {
			mapped = titleRune(r)
		}
		inside = isCasedRune(r)
		return mapped
	}, text)
}

// LettersCapitalize returns text.capitalize().
func LettersCapitalize(text string) string {
	first := true
	return strings.Map(func(r rune) rune {
		if first {
			first = false
			return titleRune(r)
		}
		return lowerRune(r)
	}, text)
}

// LettersSwap returns text.swapcase().
func LettersSwap(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case isUpperRune(r):
			return lowerRune(r)
		case isLowerRune(r):
			return upperRune(r)
		}
		return r
	}, text)
}

// LettersFold returns text.casefold().
func LettersFold(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 0xB5, 0xDF, 0x149, 0x17F, 0x1F0:
			Decline("unicode_case")
		}
		return lowerRune(r)
	}, text)
}

// LettersIsUpper returns text.isupper().
func LettersIsUpper(text string) bool {
	found := false
	for _, r := range text {
		if isCasedRune(r) && !isUpperRune(r) {
			return false
		}
		found = found || isUpperRune(r)
	}
	return found
}

// LettersIsLower returns text.islower().
func LettersIsLower(text string) bool {
	found := false
	for _, r := range text {
		if isCasedRune(r) && !isLowerRune(r) {
			return false
		}
		found = found || isLowerRune(r)
	}
	return found
}

// LettersIsTitle returns text.istitle().
func LettersIsTitle(text string) bool {
	inside, found := false, false
	for _, r := range text {
		cased := isCasedRune(r)
		if cased && !isLowerRune(r) == inside {
			return false
		}
		inside, found = cased, found || cased
	}
	return found
}

func allSettled(text string, match func(r rune) bool) bool {
	for _, r := range text {
		if !match(settled(r)) {
			return false
		}
	}
	return text != ""
}

func isDecimalRune(r rune) bool {
	return '0' <= r && r <= '9' || 0xFF10 <= r && r <= 0xFF19
}

func isDigitRune(r rune) bool {
	return isDecimalRune(r) || r == 0xB2 || r == 0xB3 || r == 0xB9
}

func isNumberRune(r rune) bool {
	if 0x4E00 <= r && r <= 0x9FA5 {
		// Many ideographs are numbers.
		Decline("unicode_class")
	}
	return isDigitRune(r) || 0xBC <= r && r <= 0xBE
}

// LettersIsAlpha returns text.isalpha().
func LettersIsAlpha(text string) bool {
	return allSettled(text, unicode.IsLetter)
}

// LettersIsDigit returns text.isdigit().
func LettersIsDigit(text string) bool {
	return allSettled(text, isDigitRune)
}

// LettersIsDecimal returns text.isdecimal().
func LettersIsDecimal(text string) bool {
	return allSettled(text, isDecimalRune)
}

// LettersIsNumeric returns text.isnumeric().
func LettersIsNumeric(text string) bool {
	return allSettled(text, isNumberRune)
}

// LettersIsAlnum returns text.isalnum().
func LettersIsAlnum(text string) bool {
	return allSettled(text, func(r rune) bool { return unicode.IsLetter(r) || isNumberRune(r) })
}

// LettersIsIdentifier returns text.isidentifier().
func LettersIsIdentifier(text string) bool {
	if !isASCII(text) {
		Decline("unicode_class")
	}
	for i := range len(text) {
		if !isLetter(text[i]) && text[i] != '_' && (i == 0 || !isDigit(text[i])) {
			return false
		}
	}
	return text != ""
}

// LettersIsPrintable returns text.isprintable().
func LettersIsPrintable(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(known(r)) }) < 0
}

// LettersIsAscii returns text.isascii().
func LettersIsAscii(text string) bool {
	return isASCII(text)
}
