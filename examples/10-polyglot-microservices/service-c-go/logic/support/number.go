package support

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
	"unicode"
)

// BitLength returns n.bit_length().
func BitLength(n int64) int64 {
	if n < 0 {
		return int64(bits.Len64(-uint64(n)))
	}
	return int64(bits.Len64(uint64(n)))
}

// Gcd returns math.gcd(a, b).
func Gcd(a, b int64) int64 {
	for b != 0 {
		if b == -1 {
			return 1
		}
		a, b = b, a%b
	}
	return Abs(a)
}

// PowMod returns pow(base, exponent, modulus).
func PowMod(base, exponent, modulus int64) (int64, error) {
	if modulus == 0 {
		return 0, ValueError.New("pow() 3rd argument cannot be 0")
	}
	b, e, m := big.NewInt(base), big.NewInt(exponent), big.NewInt(modulus)
	positive := new(big.Int).Abs(m)
	result := new(big.Int).Exp(new(big.Int).Mod(b, positive), e, positive)
	if result == nil {
		return 0, ValueError.New("base is not invertible for the given modulus")
	}
	if modulus < 0 && result.Sign() != 0 {
		result.Add(result, m)
	}
	return result.Int64(), nil
}

// DivMod returns divmod(a, b); b is not zero.
func DivMod(a, b int64) Tuple2[int64, int64] {
	return Tuple2[int64, int64]{FloorDiv(a, b), Mod(a, b)}
}

// IntFromText returns int(text).
func IntFromText(text string) (int64, error) {
	digits := digitsOf(StripSpace(text))
	value, err := strconv.ParseInt(digits, 10, 64)
	if err == nil {
		return value, nil
	}
	if number, ok := err.(*strconv.NumError); ok && number.Err == strconv.ErrRange && allDigits(digits) {
		Decline("big_int")
	}
	count := 0
	for _, r := range text {
		if r > 127 && unicode.IsNumber(r) {
			Decline("unicode_number")
		}
		if r < 128 && isDigit(byte(r)) {
			count++
		}
	}
	if count > mostDigits {
		Decline("big_int")
	}
	return 0, invalidLiteral(text, 10)
}

// invalidLiteral is the error of int(text, base); it shows no more than 200 characters.
func invalidLiteral(text string, base int64) error {
	shown := []rune(ReprText(text))
	return ValueError.New("invalid literal for int() with base " + IntText(base) + ": " + string(shown[:min(len(shown), 200)]))
}

// mostDigits is how many digits CPython reads; of more it complains with another message.
const mostDigits = 4300

// digitsOf removes single underscores between digits, as Python allows them.
func digitsOf(text string) string {
	if !strings.Contains(text, "_") {
		return text
	}
	for i := range len(text) {
		if text[i] == '_' && (i == 0 || i == len(text)-1 || !isDigit(text[i-1]) || !isDigit(text[i+1])) {
			return "_"
		}
	}
	return strings.ReplaceAll(text, "_", "")
}

func allDigits(text string) bool {
	text = strings.TrimLeft(text, "+-")
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return text != ""
}

// FloatFromText returns float(text).
func FloatFromText(text string) (float64, error) {
	digits := digitsOf(StripSpace(text))
	lower := strings.ToLower(strings.TrimLeft(digits, "+-"))
	switch lower {
	case "inf", "infinity", "nan":
		if len(digits)-len(lower) <= 1 {
			value, _ := strconv.ParseFloat(digits, 64)
			if lower == "nan" {
				value = math.NaN()
			}
			return value, nil
		}
	}
	plain := lower != "" && strings.Trim(lower, "0123456789.e+-") == ""
	if value, err := strconv.ParseFloat(digits, 64); plain && (err == nil || math.IsInf(value, 0)) {
		return value, nil
	}
	for _, r := range text {
		if r > 127 && unicode.IsNumber(r) {
			Decline("unicode_number")
		}
	}
	return 0, ValueError.New("could not convert string to float: " + ReprText(text))
}

// IntFromFloat returns int(x), which truncates.
func IntFromFloat(x float64) (int64, error) {
	if math.IsNaN(x) {
		return 0, ValueError.New("cannot convert float NaN to integer")
	}
	if math.IsInf(x, 0) {
		return 0, OverflowError.New("cannot convert float infinity to integer")
	}
	if x < -9223372036854775808 || x >= 9223372036854775808 {
		Decline("big_int")
	}
	return int64(x), nil
}

// Round returns round(x): half to even.
func Round(x float64) (int64, error) {
	return IntFromFloat(math.RoundToEven(x))
}

// Floor returns math.floor(x).
func Floor(x float64) (int64, error) {
	return IntFromFloat(math.Floor(x))
}

// Ceil returns math.ceil(x).
func Ceil(x float64) (int64, error) {
	return IntFromFloat(math.Ceil(x))
}

// DivModFloat returns divmod(a, b); b is not zero.
func DivModFloat(a, b float64) Tuple2[float64, float64] {
	quotient, rest := divMod(a, b)
	return Tuple2[float64, float64]{quotient, rest}
}
