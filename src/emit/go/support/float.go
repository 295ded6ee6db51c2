package support

import (
	"math"
	"math/big"
	"strconv"
)

// Float returns its argument; it keeps the compiler from computing constants more precisely than Python does.
func Float(x float64) float64 {
	return x
}

// DivideInt returns a / b correctly rounded; b is not zero.
func DivideInt(a, b int64) float64 {
	const exact = 1 << 53
	if -exact <= a && a <= exact && -exact <= b && b <= exact {
		return float64(a) / float64(b)
	}
	quotient, _ := new(big.Rat).SetFrac64(a, b).Float64()
	if a == 0 && b < 0 {
		return math.Copysign(0, -1)
	}
	return quotient
}

// divMod is CPython's float_divmod: quotient toward minus infinity, rest with the sign of b; b is not zero.
func divMod(a, b float64) (float64, float64) {
	rest := math.Mod(a, b)
	quotient := (a - rest) / b
	if rest != 0 {
		if (b < 0) != (rest < 0) {
			rest += b
			quotient--
		}
	} else {
		rest = math.Copysign(0, b)
	}
	if quotient == 0 {
		return math.Copysign(0, a/b), rest
	}
	floor := math.Floor(quotient)
	if quotient-floor > 0.5 {
		floor++
	}
	return floor, rest
}

// FloorDivFloat returns a // b; b is not zero.
func FloorDivFloat(a, b float64) float64 {
	quotient, _ := divMod(a, b)
	return quotient
}

// ModFloat returns a % b with the sign of b; b is not zero.
func ModFloat(a, b float64) float64 {
	_, rest := divMod(a, b)
	return rest
}

// RoundTo returns round(x, digits): the nearest decimal, ties by the exact value, half to even.
func RoundTo(x float64, digits int64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0) || digits > 323:
		return x
	case digits < -308:
		return math.Copysign(0, x)
	case digits < 0:
		return roundTens(x, -digits)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'f', int(digits), 64), 64)
	return rounded
}

// roundTens rounds to a multiple of a power of ten.
func roundTens(x float64, power int64) float64 {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(power), nil)
	exact := new(big.Rat).SetFloat64(math.Abs(x))
	exact.Quo(exact, new(big.Rat).SetInt(unit))
	twice := new(big.Int).Lsh(exact.Num(), 1)
	twice.Add(twice, exact.Denom())
	whole, rest := new(big.Int).QuoRem(twice, new(big.Int).Lsh(exact.Denom(), 1), new(big.Int))
	if rest.Sign() == 0 && whole.Bit(0) == 1 {
		whole.Sub(whole, big.NewInt(1))
	}
	rounded, _ := new(big.Rat).SetInt(whole.Mul(whole, unit)).Float64()
	if math.IsInf(rounded, 0) {
		Decline("overflow_error")
	}
	return math.Copysign(rounded, x)
}

// IsInteger returns x.is_integer().
func IsInteger(x float64) bool {
	return math.Trunc(x) == x && !math.IsInf(x, 0)
}

// Sqrt returns math.sqrt(x).
func Sqrt(x float64) (float64, error) {
	if x < 0 {
		return 0, ValueError.New("math domain error")
	}
	return math.Sqrt(x), nil
}

// CompareIntFloat compares an int with a float exactly; NaN gives 2, which is no order.
func CompareIntFloat(a int64, b float64) int {
	switch {
	case math.IsNaN(b):
		return 2
	case b >= 9223372036854775808:
		return -1
	case b < -9223372036854775808:
		return 1
	}
	whole := int64(b)
	switch rest := b - float64(whole); {
	case a < whole || a == whole && rest > 0:
		return -1
	case a > whole || a == whole && rest < 0:
		return 1
	}
	return 0
}

// Widen returns the float that stands for an int; it declines where no float is exactly that int.
func Widen(n int64) float64 {
	if n < -1<<53 || n > 1<<53 {
		Decline("int_for_float")
	}
	return float64(n)
}

// IsFinite returns math.isfinite(x).
func IsFinite(x float64) bool {
	return !math.IsNaN(x) && !math.IsInf(x, 0)
}
