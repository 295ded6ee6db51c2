package support

import "math"

// PowFloat returns x ** y of floats, and declines where the C library's last digit cannot be told: its error may be
// more than half a unit of it.
func PowFloat(x, y float64) (float64, error) {
	if x == 0 && y < 0 && !math.IsInf(y, 0) {
		return 0, ZeroDivisionError.New("0.0 cannot be raised to a negative power")
	}
	if x < 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) && math.Trunc(y) != y {
		Decline("complex")
	}
	result := math.Pow(x, y)
	if x == 0 || x == 1 || y == 0 || y == 1 || math.IsInf(x, 0) || math.IsInf(y, 0) || math.IsNaN(x) || math.IsNaN(y) {
		return result, nil
	}
	if math.IsInf(result, 0) {
		return 0, OverflowError.New("(34, 'Numerical result out of range')")
	}
	return math.Copysign(positivePower(math.Abs(x), y), result), nil
}

// The smallest and largest powers that are told: where neither they nor their parts leave the normal range.
const (
	leastExactPower = 0x1p-960
	mostExactPower  = 0x1p1020
)

// positivePower returns x ** y of a positive x as the C library rounds it.
func positivePower(x, y float64) float64 {
	_, exponent := math.Frexp(x)
	size := math.Abs(y) * (math.Abs(float64(exponent)) + 1) * math.Ln2
	if square := x * x; y == 2 && square > leastExactPower && square < mostExactPower {
		return roundedAsGlibc(doubleFloat{square, math.FMA(x, x, -square)}, size)
	}
	exact, scale := exactExponential(exactLogarithm(x).times(doubleFloat{y, 0}))
	if scale < -960 || scale > 1020 {
		Decline("power")
	}
	return math.Ldexp(roundedAsGlibc(exact, size), scale)
}

// roundedAsGlibc returns the float nearest to an exact value, and declines where glibc's pow, whose error is at most 0.511
// units of the last place and 2^-15 more for each unit of the logarithm (its source says so, since 2.28), may
// round the other way.
func roundedAsGlibc(exact doubleFloat, size float64) float64 {
	gap := math.Abs(math.Nextafter(exact.high, math.Copysign(math.Inf(1), exact.low)) - exact.high)
	if math.Abs(exact.low) > gap*(0.5-0.012-size*0x1.8p-15) {
		Decline("power")
	}
	return exact.high
}

// doubleFloat is the sum of two floats, the second at most half a unit of the first: some 106 bits.
type doubleFloat struct{ high, low float64 }

func exactSum(a, b float64) doubleFloat {
	sum := a + b
	part := sum - a
	return doubleFloat{sum, (a - (sum - part)) + (b - part)}
}

func (a doubleFloat) plus(b doubleFloat) doubleFloat {
	high, low := exactSum(a.high, b.high), exactSum(a.low, b.low)
	high = exactSum(high.high, high.low+low.high)
	return exactSum(high.high, high.low+low.low)
}

func (a doubleFloat) times(b doubleFloat) doubleFloat {
	product := a.high * b.high
	rest := math.FMA(a.high, b.high, -product)
	return exactSum(product, rest+(float64(a.high*b.low)+float64(a.low*b.high)))
}

// naturalLog2 is the natural logarithm of 2.
var naturalLog2 = doubleFloat{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56}

// exactLogarithm returns the natural logarithm: one step of Newton's method from the nearest float.
func exactLogarithm(x float64) doubleFloat {
	fraction, exponent := math.Frexp(x)
	if fraction < math.Sqrt2/2 {
		fraction, exponent = fraction*2, exponent-1
	}
	near := math.Log(fraction)
	power, scale := exactExponential(doubleFloat{-near, 0})
	power = doubleFloat{math.Ldexp(power.high, scale), math.Ldexp(power.low, scale)}
	rest := power.times(doubleFloat{fraction, 0}).plus(doubleFloat{-1, 0})
	rest = rest.plus(doubleFloat{-rest.high * rest.high / 2, 0})
	return naturalLog2.times(doubleFloat{float64(exponent), 0}).plus(doubleFloat{near, 0}).plus(rest)
}

// exactExponential returns e ** x as a value between 0.7 and 1.5 and a power of two.
func exactExponential(x doubleFloat) (doubleFloat, int) {
	scale := math.Round(x.high / math.Ln2)
	rest := x.plus(naturalLog2.times(doubleFloat{-scale, 0}))
	// e ** x - 1 for an x so small that nine terms are enough, then squared up.
	const halvings = 9
	small := doubleFloat{math.Ldexp(rest.high, -halvings), math.Ldexp(rest.low, -halvings)}
	result := doubleFloat{}
	for term := 9.0; term >= 1; term-- {
		quotient := result.plus(doubleFloat{1, 0}).times(small)
		result = quotient.over(term)
	}
	for range halvings {
		result = result.times(result).plus(doubleFloat{2 * result.high, 2 * result.low})
	}
	return result.plus(doubleFloat{1, 0}), int(scale)
}

func (a doubleFloat) over(b float64) doubleFloat {
	quotient := a.high / b
	rest := math.FMA(-quotient, b, a.high)
	return exactSum(quotient, (rest+a.low)/b)
}
