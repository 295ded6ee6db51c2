package support

import (
	"cmp"
	"math"
)

// Number is an int or a float and remembers which: what a variable is that begins as 0 and grows by floats.
type Number struct {
	// IsFloat says which of the two counts.
	IsFloat bool
	Int     int64
	Real    float64
}

// NumberFromInt returns an int as a number.
func NumberFromInt(n int64) Number {
	return Number{Int: n}
}

// NumberFromFloat returns a float as a number.
func NumberFromFloat(x float64) Number {
	return Number{IsFloat: true, Real: x}
}

// Float returns float(n).
func (n Number) Float() float64 {
	if n.IsFloat {
		return n.Real
	}
	return float64(n.Int)
}

// Widened returns the float that stands for a number; it declines where no float is exactly that int.
func (n Number) Widened() float64 {
	if n.IsFloat {
		return n.Real
	}
	return Widen(n.Int)
}

// AddNumbers returns a + b.
func AddNumbers(a, b Number) Number {
	if a.IsFloat || b.IsFloat {
		return NumberFromFloat(a.Float() + b.Float())
	}
	return NumberFromInt(Add(a.Int, b.Int))
}

// SubNumbers returns a - b.
func SubNumbers(a, b Number) Number {
	if a.IsFloat || b.IsFloat {
		return NumberFromFloat(a.Float() - b.Float())
	}
	return NumberFromInt(Sub(a.Int, b.Int))
}

// MulNumbers returns a * b.
func MulNumbers(a, b Number) Number {
	if a.IsFloat || b.IsFloat {
		return NumberFromFloat(a.Float() * b.Float())
	}
	return NumberFromInt(Mul(a.Int, b.Int))
}

// NegNumber returns -n.
func NegNumber(n Number) Number {
	if n.IsFloat {
		return NumberFromFloat(-n.Real)
	}
	return NumberFromInt(Neg(n.Int))
}

// AbsNumber returns abs(n).
func AbsNumber(n Number) Number {
	if n.IsFloat {
		return NumberFromFloat(math.Abs(n.Real))
	}
	return NumberFromInt(Abs(n.Int))
}

// IsInt tells an int from a float.
func (n Number) IsInt() bool {
	return !n.IsFloat
}

// DivideNumbers returns a / b.
func DivideNumbers(a, b Number) (float64, error) {
	if a.IsFloat || b.IsFloat {
		if b.Float() == 0 {
			return 0, ZeroDivisionError.New("float division by zero")
		}
		return a.Float() / b.Float(), nil
	}
	if b.Int == 0 {
		return 0, ZeroDivisionError.New("division by zero")
	}
	return DivideInt(a.Int, b.Int), nil
}

// FloorDivNumbers returns a // b.
func FloorDivNumbers(a, b Number) (Number, error) {
	if a.IsFloat || b.IsFloat {
		if b.Float() == 0 {
			return Number{}, ZeroDivisionError.New("float floor division by zero")
		}
		return NumberFromFloat(FloorDivFloat(a.Float(), b.Float())), nil
	}
	if b.Int == 0 {
		return Number{}, ZeroDivisionError.New("integer division or modulo by zero")
	}
	return NumberFromInt(FloorDiv(a.Int, b.Int)), nil
}

// ModNumbers returns a % b.
func ModNumbers(a, b Number) (Number, error) {
	if a.IsFloat || b.IsFloat {
		if b.Float() == 0 {
			return Number{}, ZeroDivisionError.New("float modulo")
		}
		return NumberFromFloat(ModFloat(a.Float(), b.Float())), nil
	}
	if b.Int == 0 {
		return Number{}, ZeroDivisionError.New("integer modulo by zero")
	}
	return NumberFromInt(Mod(a.Int, b.Int)), nil
}

// PowNumbers returns a ** b: of ints an int, or a float where the exponent is negative.
func PowNumbers(a, b Number) (Number, error) {
	if !a.IsFloat && !b.IsFloat && b.Int >= 0 {
		return NumberFromInt(Pow(a.Int, b.Int)), nil
	}
	power, err := PowFloat(a.Float(), b.Float())
	return NumberFromFloat(power), err
}

// IntFromNumber returns int(n).
func IntFromNumber(n Number) (int64, error) {
	if n.IsFloat {
		return IntFromFloat(n.Real)
	}
	return n.Int, nil
}

// RoundNumber returns round(n).
func RoundNumber(n Number) (int64, error) {
	if n.IsFloat {
		return Round(n.Real)
	}
	return n.Int, nil
}

// orderNumbers compares exactly; NaN gives 2, which is no order.
func orderNumbers(a, b Number) int {
	switch {
	case !a.IsFloat && !b.IsFloat:
		return cmp.Compare(a.Int, b.Int)
	case !a.IsFloat:
		return CompareIntFloat(a.Int, b.Real)
	case !b.IsFloat:
		if order := CompareIntFloat(b.Int, a.Real); order != 2 {
			return -order
		}
		return 2
	case a.Real < b.Real:
		return -1
	case a.Real > b.Real:
		return 1
	case a.Real == b.Real:
		return 0
	}
	return 2
}

// EqualNumbers returns a == b.
func EqualNumbers(a, b Number) bool {
	return orderNumbers(a, b) == 0
}

// LessNumbers returns a < b.
func LessNumbers(a, b Number) bool {
	return orderNumbers(a, b) == -1
}

// AtMostNumbers returns a <= b.
func AtMostNumbers(a, b Number) bool {
	return orderNumbers(a, b) <= 0
}

// CompareNumbers orders numbers; it declines on NaN, which has no order.
func CompareNumbers(a, b Number) int {
	order := orderNumbers(a, b)
	if order == 2 {
		Decline("nan_order")
	}
	return order
}

// NumberText returns str(n).
func NumberText(n Number) string {
	if n.IsFloat {
		return FloatText(n.Real)
	}
	return IntText(n.Int)
}
