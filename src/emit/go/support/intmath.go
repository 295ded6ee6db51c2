package support

import (
	"math"
	"math/bits"
)

var errNegativeN = ValueError.New("n must be a non-negative integer")
var errNegativeK = ValueError.New("k must be a non-negative integer")

// IntmathGcdOf returns math.gcd(*integers).
func IntmathGcdOf(integers []int64) int64 {
	result := int64(0)
	for _, n := range integers {
		result = Gcd(result, n)
	}
	return result
}

// IntmathLcmOf returns math.lcm(*integers).
func IntmathLcmOf(integers []int64) int64 {
	result := int64(1)
	for _, n := range integers {
		if result == 0 || n == 0 {
			result = 0
			continue
		}
		result = Abs(Mul(result/Gcd(result, n), n))
	}
	return result
}

// IntmathComb returns math.comb(n, k).
func IntmathComb(n, k int64) (int64, error) {
	switch {
	case n < 0:
		return 0, errNegativeN
	case k < 0:
		return 0, errNegativeK
	case k > n:
		return 0, nil
	}
	ways := uint64(1)
	for at := range uint64(min(k, n-k)) {
		high, low := bits.Mul64(ways, uint64(n)-at)
		if high > at {
			overflow()
		}
		ways, _ = bits.Div64(high, low, at+1)
		if ways > math.MaxInt64 {
			overflow()
		}
	}
	return int64(ways), nil
}

// IntmathPerm returns math.perm(n, k).
func IntmathPerm(n int64, k Option[int64]) (int64, error) {
	switch {
	case !k.Valid:
		return IntmathFactorial(n)
	case n < 0:
		return 0, errNegativeN
	case k.Value < 0:
		return 0, errNegativeK
	case k.Value > n:
		return 0, nil
	}
	ways := int64(1)
	for at := range k.Value {
		ways = Mul(ways, n-at)
	}
	return ways, nil
}

// IntmathFactorial returns math.factorial(n).
func IntmathFactorial(n int64) (int64, error) {
	if n < 0 {
		return 0, ValueError.New("factorial() not defined for negative values")
	}
	product := int64(1)
	for factor := int64(2); factor <= n; factor++ {
		product = Mul(product, factor)
	}
	return product, nil
}

// IntmathRoot returns math.isqrt(n).
func IntmathRoot(n int64) (int64, error) {
	if n < 0 {
		return 0, ValueError.New("isqrt() argument must be nonnegative")
	}
	root := int64(math.Sqrt(float64(n)))
	for root > 0 && (root > 3037000499 || root*root > n) {
		root--
	}
	for root < 3037000499 && (root+1)*(root+1) <= n {
		root++
	}
	return root, nil
}

// IntmathProduct returns math.prod(values, start=start) of integers.
func IntmathProduct(values []int64, start int64) int64 {
	for _, value := range values {
		start = Mul(start, value)
	}
	return start
}

// IntmathBitCount returns n.bit_count().
func IntmathBitCount(n int64) int64 {
	if n < 0 {
		return int64(bits.OnesCount64(-uint64(n)))
	}
	return int64(bits.OnesCount64(uint64(n)))
}

// IntmathItself returns its argument: n.conjugate(), math.trunc(n).
func IntmathItself(n int64) int64 {
	return n
}

// IntmathAsRatio returns n.as_integer_ratio().
func IntmathAsRatio(n int64) Tuple2[int64, int64] {
	return Tuple2[int64, int64]{n, 1}
}

// IntmathRoundTo is round(n, digits): to a power of ten, halves to an even one.
func IntmathRoundTo(n, digits int64) int64 {
	if digits >= 0 {
		return n
	}
	if digits < -19 {
		return 0
	}
	negative, size := n < 0, uint64(n)
	if negative {
		size = -size
	}
	unit := uint64(1)
	for range -digits {
		unit *= 10
	}
	quotient, rest := size/unit, size%unit
	if rest > unit-rest || rest == unit-rest && quotient%2 != 0 {
		quotient++
	}
	if quotient > 0 && unit > math.MaxInt64/quotient {
		Decline("int_overflow")
	}
	rounded := int64(quotient * unit)
	if negative {
		return -rounded
	}
	return rounded
}
