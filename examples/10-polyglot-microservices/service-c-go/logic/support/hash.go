package support

import (
	"hash/maphash"
	"math"
	"math/bits"
	"unsafe"
)

// hashPrime is the prime modulo which numbers are hashed.
const hashPrime = 1<<61 - 1

var hashSeed = maphash.MakeSeed()

// Hashed is a value that knows its hash.
type Hashed interface {
	Hash() int64
}

// hasher is a kind of value that can make a function for its hash.
type hasher interface {
	hasher() any
}

// HasherOf returns the function that hashes values of a type as CPython does; texts are hashed anew in each process.
func HasherOf[T any]() func(T) int64 {
	var none T
	var function any
	switch kind := any(none).(type) {
	case int64:
		function = HashInt
	case bool:
		function = IntFromBool
	case float64:
		function = HashFloat
	case string:
		function = HashText
	case hasher:
		function = kind.hasher()
	default:
		return func(value T) int64 {
			hashed, ok := any(value).(Hashed)
			if !ok {
				Decline("hash")
			}
			return hashed.Hash()
		}
	}
	return function.(func(T) int64)
}

// Identity returns a hash that tells objects apart.
func Identity[T any](object *T) int64 {
	return int64(uintptr(unsafe.Pointer(object)))
}

// signedHash gives a hash its sign; a hash is never -1.
func signedHash(size uint64, negative bool) int64 {
	hash := int64(size)
	if negative {
		hash = -hash
	}
	if hash == -1 {
		return -2
	}
	return hash
}

// HashInt returns hash(n).
func HashInt(n int64) int64 {
	size := uint64(n)
	if n < 0 {
		size = -size
	}
	return signedHash(size%hashPrime, n < 0)
}

// HashFloat returns hash(x); of NaN, whose equality is a matter of identity in Python, it declines.
func HashFloat(x float64) int64 {
	switch {
	case math.IsNaN(x):
		Decline("nan_key")
	case math.IsInf(x, 1):
		return 314159
	case math.IsInf(x, -1):
		return -314159
	}
	word := math.Float64bits(math.Abs(x))
	exponent, whole := int(word>>52), word&(1<<52-1)
	if exponent > 0 {
		whole |= 1 << 52
	} else {
		exponent = 1
	}
	// whole * 2 ** exponent; a factor of two is a rotation modulo the prime.
	turn := ((exponent-1075)%61 + 61) % 61
	rotated := whole<<turn&hashPrime | whole>>(61-turn)
	if rotated == hashPrime {
		rotated = 0
	}
	return signedHash(rotated, x < 0)
}

// HashText returns the hash of a text, which is another one in each process.
func HashText(text string) int64 {
	return int64(maphash.String(hashSeed, text))
}

// hashOfNone stands for hash(None), which is an address in CPython 3.11.
const hashOfNone = 0xfca86420

// HashTuple returns the hash of a tuple from those of its items.
func HashTuple(items ...int64) int64 {
	const first, second, fifth = 11400714785074694791, 14029467366897019727, 2870177450012600261
	sum := uint64(fifth)
	for _, item := range items {
		sum = bits.RotateLeft64(sum+uint64(item)*second, 31) * first
	}
	sum += uint64(len(items)) ^ (fifth ^ 3527539)
	if sum == math.MaxUint64 {
		return 1546275796
	}
	return int64(sum)
}
