package support

import (
	"fmt"
	"math"
	"math/bits"
)

var errDomain = ValueError.New("math domain error")

// FloatmathItself returns x.conjugate().
func FloatmathItself(x float64) float64 {
	return x
}

// FloatmathCopySign returns math.copysign(x, y).
func FloatmathCopySign(x, y float64) float64 {
	return math.Copysign(x, y)
}

// FloatmathFmod returns math.fmod(x, y).
func FloatmathFmod(x, y float64) (float64, error) {
	rest := math.Mod(x, y)
	if math.IsNaN(rest) && !math.IsNaN(x) && !math.IsNaN(y) {
		return 0, errDomain
	}
	return rest, nil
}

// FloatmathRemainder returns math.remainder(x, y): to the nearest multiple, ties to an even one.
func FloatmathRemainder(x, y float64) (float64, error) {
	switch {
	case math.IsNaN(x):
		return x, nil
	case math.IsNaN(y):
		return y, nil
	case math.IsInf(x, 0) || y == 0:
		return 0, errDomain
	case math.IsInf(y, 0):
		return x, nil
	}
	size, unit := math.Abs(x), math.Abs(y)
	above := math.Mod(size, unit)
	below := unit - above
	rest := above
	switch {
	case above > below:
		rest = -below
	case above == below:
		rest = above - float64(2*math.Mod(0.5*(size-above), unit))
	}
	return math.Copysign(1, x) * rest, nil
}

// FloatmathModf returns math.modf(x): fraction and whole part.
func FloatmathModf(x float64) Tuple2[float64, float64] {
	if math.IsInf(x, 0) {
		return Tuple2[float64, float64]{math.Copysign(0, x), x}
	}
	whole := math.Trunc(x)
	return Tuple2[float64, float64]{math.Copysign(x-whole, x), whole}
}

// FloatmathFrexp returns math.frexp(x): a mantissa from 0.5 to 1 and a power of two.
func FloatmathFrexp(x float64) Tuple2[float64, int64] {
	mantissa, exponent := math.Frexp(x)
	return Tuple2[float64, int64]{mantissa, int64(exponent)}
}

// FloatmathLdexp returns math.ldexp(x, i).
func FloatmathLdexp(x float64, i int64) (float64, error) {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return x, nil
	}
	result := math.Ldexp(x, int(max(min(i, 1<<20), -1<<20)))
	if math.IsInf(result, 0) {
		return 0, OverflowError.New("math range error")
	}
	return result, nil
}

// FloatmathNextAfter returns math.nextafter(x, y).
func FloatmathNextAfter(x, y float64) float64 {
	if x == y {
		return y
	}
	return math.Nextafter(x, y)
}

// FloatmathUlp returns math.ulp(x).
func FloatmathUlp(x float64) float64 {
	size := math.Abs(x)
	if math.IsNaN(size) || math.IsInf(size, 0) {
		return size
	}
	above := math.Nextafter(size, math.Inf(1))
	if math.IsInf(above, 0) {
		return size - math.Nextafter(size, 0)
	}
	return above - size
}

// FloatmathDegrees returns math.degrees(x).
func FloatmathDegrees(x float64) float64 {
	return x * Float(57.29577951308232)
}

// FloatmathRadians returns math.radians(x).
func FloatmathRadians(x float64) float64 {
	return x * Float(0.017453292519943295)
}

// FloatmathIsClose returns math.isclose(a, b, rel_tol=relative, abs_tol=absolute).
func FloatmathIsClose(a, b, relative, absolute float64) (bool, error) {
	if relative < 0 || absolute < 0 {
		return false, ValueError.New("tolerances must be non-negative")
	}
	if a == b || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return a == b, nil
	}
	distance := math.Abs(b - a)
	return distance <= math.Abs(relative*b) || distance <= math.Abs(relative*a) || distance <= absolute, nil
}

// FloatmathExactSum returns math.fsum(values): the exact sum, rounded once.
func FloatmathExactSum(values []float64) (float64, error) {
	// The sum so far, as parts that do not overlap, smallest first.
	var parts []float64
	special, infinite := 0.0, 0.0
	for _, value := range values {
		x := value
		kept := 0
		for _, part := range parts {
			large, small := x, part
			if math.Abs(x) < math.Abs(part) {
				large, small = part, x
			}
			x = large + small
			if lost := small - (x - large); lost != 0 {
				parts[kept] = lost
				kept++
			}
		}
		parts = parts[:kept]
		switch {
		case IsFinite(x):
			if x != 0 {
				parts = append(parts, x)
			}
		case IsFinite(value):
			return 0, OverflowError.New("intermediate overflow in fsum")
		default:
			if math.IsInf(value, 0) {
				infinite += value
			}
			special += value
			parts = parts[:0]
		}
	}
	if special != 0 {
		if math.IsNaN(infinite) {
			return 0, ValueError.New("-inf + inf in fsum")
		}
		return special, nil
	}
	return roundedSum(parts), nil
}

func roundedSum(parts []float64) float64 {
	if len(parts) == 0 {
		return 0
	}
	place := len(parts) - 1
	total := parts[place]
	for place > 0 {
		place--
		large, small := total, parts[place]
		total = large + small
		lost := small - (total - large)
		if lost == 0 {
			continue
		}
		// Halfway cases are decided by what is below.
		if place > 0 && (lost < 0) == (parts[place-1] < 0) {
			twice := lost * 2
			if other := total + twice; other-total == twice {
				total = other
			}
		}
		break
	}
	return total
}

// FloatmathHypot returns math.hypot(*coordinates).
func FloatmathHypot(coordinates []float64) float64 {
	vector := make([]float64, len(coordinates))
	for i, x := range coordinates {
		vector[i] = math.Abs(x)
	}
	return normOf(vector)
}

// FloatmathDist returns math.dist(p, q).
func FloatmathDist(p, q []float64) (float64, error) {
	if len(p) != len(q) {
		return 0, ValueError.New("both points must have the same number of dimensions")
	}
	vector := make([]float64, len(p))
	for i := range p {
		vector[i] = math.Abs(p[i] - q[i])
	}
	return normOf(vector), nil
}

// compensated is a sum that keeps what its additions round away.
type compensated struct {
	total float64
	lost  [3]float64
}

func (c *compensated) add(x float64, part int) {
	before := c.total
	c.total += x
	c.lost[part] += (before - c.total) + x
}

func (c *compensated) value() float64 {
	return c.total - 1 + (c.lost[0] + c.lost[1] + c.lost[2])
}

// halvesOf returns two halves of a float whose products are exact.
func halvesOf(x float64) (float64, float64) {
	scaled := x * 134217729
	high := scaled - (scaled - x)
	return high, x - high
}

// normOf returns the length of a vector of absolute values, as CPython 3.11 computes it.
func normOf(vector []float64) float64 {
	longest, undefined := 0.0, false
	for _, x := range vector {
		undefined = undefined || math.IsNaN(x)
		if x > longest {
			longest = x
		}
	}
	switch {
	case math.IsInf(longest, 0):
		return longest
	case undefined:
		return math.NaN()
	case longest == 0 || len(vector) <= 1:
		return longest
	}
	_, exponent := math.Frexp(longest)
	sum := compensated{total: 1}
	if exponent < -1023 {
		for _, x := range vector {
			x /= longest
			sum.add(float64(x*x), 0)
		}
		return longest * math.Sqrt(sum.total-1+sum.lost[0])
	}
	scale := math.Ldexp(1, -exponent)
	for _, x := range vector {
		high, low := halvesOf(float64(x * scale))
		sum.add(float64(high*high), 0)
		sum.add(float64(2*high*low), 1)
		sum.lost[2] += float64(low * low)
	}
	first := math.Sqrt(sum.value())
	high, low := halvesOf(first)
	sum.add(float64(-high*high), 0)
	sum.add(float64(-2*high*low), 1)
	sum.add(float64(-low*low), 2)
	return (first + sum.value()/(2*first)) / scale
}

// FloatmathAsRatio returns x.as_integer_ratio().
func FloatmathAsRatio(x float64) (Tuple2[int64, int64], error) {
	none := Tuple2[int64, int64]{}
	switch {
	case math.IsNaN(x):
		return none, ValueError.New("cannot convert NaN to integer ratio")
	case math.IsInf(x, 0):
		return none, OverflowError.New("cannot convert Infinity to integer ratio")
	case x == 0:
		return Tuple2[int64, int64]{0, 1}, nil
	}
	mantissa, exponent := math.Frexp(x)
	whole := int64(math.Ldexp(mantissa, 53))
	zeros := bits.TrailingZeros64(uint64(whole))
	whole, exponent = whole>>zeros, exponent-53+zeros
	if exponent > 62 || exponent < -62 {
		overflow()
	}
	if exponent >= 0 {
		return Tuple2[int64, int64]{Mul(whole, 1<<exponent), 1}, nil
	}
	return Tuple2[int64, int64]{whole, 1 << -exponent}, nil
}

// FloatmathHex returns x.hex().
func FloatmathHex(x float64) string {
	if !IsFinite(x) {
		return FloatText(x)
	}
	word := math.Float64bits(x)
	exponent, fraction := int64(word>>52&0x7FF), word&(1<<52-1)
	sign := ""
	if math.Signbit(x) {
		sign = "-"
	}
	switch {
	case exponent == 0 && fraction == 0:
		return sign + "0x0.0p+0"
	case exponent == 0:
		return fmt.Sprintf("%s0x0.%013xp-1022", sign, fraction)
	}
	return fmt.Sprintf("%s0x1.%013xp%+d", sign, fraction, exponent-1023)
}
