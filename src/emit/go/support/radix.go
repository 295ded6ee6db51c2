package support

import (
	"strconv"
	"strings"
	"unicode"
)

func inRadix(n int64, radix int, prefix string) string {
	if n < 0 {
		return "-" + prefix + strconv.FormatUint(-uint64(n), radix)
	}
	return prefix + strconv.FormatInt(n, radix)
}

// RadixBin returns bin(n).
func RadixBin(n int64) string {
	return inRadix(n, 2, "0b")
}

// RadixOct returns oct(n).
func RadixOct(n int64) string {
	return inRadix(n, 8, "0o")
}

// RadixHex returns hex(n).
func RadixHex(n int64) string {
	return inRadix(n, 16, "0x")
}

// RadixParse returns int(text, base).
func RadixParse(text string, base int64) (int64, error) {
	if base != 0 && (base < 2 || base > 36) {
		return 0, ValueError.New("int() base must be >= 2 and <= 36, or 0")
	}
	trimmed := StripSpace(text)
	if strings.ContainsFunc(trimmed, func(r rune) bool { return r > 127 && unicode.IsNumber(r) }) {
		Decline("unicode_digits")
	}
	sign := ""
	if strings.HasPrefix(trimmed, "-") || strings.HasPrefix(trimmed, "+") {
		sign, trimmed = trimmed[:1], trimmed[1:]
	}
	digits, radix, ok := radixDigits(trimmed, base)
	if !ok {
		return 0, invalidLiteral(text, base)
	}
	value, err := strconv.ParseInt(sign+digits, radix, 64)
	if err != nil {
		Decline("big_int")
	}
	return value, nil
}

// radixDigits returns the digits without prefix and separators, their radix, and whether they are well-formed.
func radixDigits(text string, base int64) (string, int, bool) {
	prefixes := map[string]int64{"0b": 2, "0o": 8, "0x": 16}
	radix, prefixed := base, false
	if len(text) >= 2 {
		named := prefixes[strings.ToLower(text[:2])]
		prefixed = named != 0 && (base == 0 || base == named)
		if prefixed {
			radix = named
			text = strings.TrimPrefix(text[2:], "_")
		}
	}
	if radix == 0 {
		radix = 10
	}
	for _, part := range strings.Split(text, "_") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool { return digitValue(r) >= radix }) {
			return "", 0, false
		}
	}
	plain := strings.ReplaceAll(text, "_", "")
	if base == 0 && !prefixed && strings.HasPrefix(plain, "0") && strings.Trim(plain, "0") != "" {
		return "", 0, false
	}
	return plain, int(radix), true
}

// digitValue returns what a digit or letter counts, beyond every radix for others.
func digitValue(r rune) int64 {
	switch {
	case '0' <= r && r <= '9':
		return int64(r - '0')
	case 'a' <= r && r <= 'z':
		return int64(r-'a') + 10
	case 'A' <= r && r <= 'Z':
		return int64(r-'A') + 10
	}
	return 99
}
