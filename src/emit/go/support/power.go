package support

import "math"

// PowFloat returns x ** y of floats.
func PowFloat(x, y float64) (float64, error) {
	if x == 0 && y < 0 {
		return 0, ZeroDivisionError.New("0.0 cannot be raised to a negative power")
	}
	if x < 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) && math.Trunc(y) != y {
		Decline("complex")
	}
	result := math.Pow(x, y)
	if math.IsInf(result, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return 0, OverflowError.New("(34, 'Numerical result out of range')")
	}
	return result, nil
}
