package support

import "math"

// overflow declines: Python's integer would not fit into 64 bits.
func overflow() {
	panic(Guard{Kind: "int_overflow"})
}

// Add returns a + b.
func Add(a, b int64) int64 {
	sum := a + b
	if (sum > a) != (b > 0) {
		overflow()
	}
	return sum
}

// Sub returns a - b.
func Sub(a, b int64) int64 {
	difference := a - b
	if (difference < a) != (b > 0) {
		overflow()
	}
	return difference
}

// Mul returns a * b.
func Mul(a, b int64) int64 {
	if int64(int32(a)) == a && int64(int32(b)) == b {
		return a * b
	}
	return mulWide(a, b)
}

func mulWide(a, b int64) int64 {
	product := a * b
	if a != 0 && (product/a != b || a == -1 && b == math.MinInt64) {
		overflow()
	}
	return product
}

// Neg returns -a.
func Neg(a int64) int64 {
	if a == math.MinInt64 {
		overflow()
	}
	return -a
}

// Abs returns the absolute value.
func Abs(a int64) int64 {
	if a < 0 {
		return Neg(a)
	}
	return a
}

// FloorDiv returns a // b, rounded toward minus infinity; b is not zero.
func FloorDiv(a, b int64) int64 {
	if b == -1 {
		return Neg(a)
	}
	quotient := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		quotient--
	}
	return quotient
}

// Mod returns a % b with the sign of b; b is not zero.
func Mod(a, b int64) int64 {
	if b == -1 {
		return 0
	}
	rest := a % b
	if rest != 0 && (rest < 0) != (b < 0) {
		rest += b
	}
	return rest
}

// Pow returns base ** exponent; a negative exponent declines, since Python's result is a float.
func Pow(base, exponent int64) int64 {
	if exponent < 0 {
		Decline("float_power")
	}
	result := int64(1)
	for exponent > 0 {
		if exponent&1 == 1 {
			result = Mul(result, base)
		}
		exponent >>= 1
		if exponent > 0 {
			base = Mul(base, base)
		}
	}
	return result
}

// ShiftLeft returns a << count.
func ShiftLeft(a, count int64) (int64, error) {
	if count < 0 {
		return 0, ValueError.New("negative shift count")
	}
	if a == 0 {
		return 0, nil
	}
	if count > 63 || a<<uint(count)>>uint(count) != a {
		overflow()
	}
	return a << uint(count), nil
}

// ShiftRight returns a >> count.
func ShiftRight(a, count int64) (int64, error) {
	if count < 0 {
		return 0, ValueError.New("negative shift count")
	}
	return a >> uint(min(count, 63)), nil
}

// IntFromBool returns int(b).
func IntFromBool(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
