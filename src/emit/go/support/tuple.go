package support

// Tuple1 is a tuple of 1.
type Tuple1[T0 any] struct {
	V0 T0
}

// Tuple2 is a tuple of 2.
type Tuple2[T0, T1 any] struct {
	V0 T0
	V1 T1
}

// Tuple3 is a tuple of 3.
type Tuple3[T0, T1, T2 any] struct {
	V0 T0
	V1 T1
	V2 T2
}

// Tuple4 is a tuple of 4.
type Tuple4[T0, T1, T2, T3 any] struct {
	V0 T0
	V1 T1
	V2 T2
	V3 T3
}

// Tuple5 is a tuple of 5.
type Tuple5[T0, T1, T2, T3, T4 any] struct {
	V0 T0
	V1 T1
	V2 T2
	V3 T3
	V4 T4
}

// Tuple6 is a tuple of 6.
type Tuple6[T0, T1, T2, T3, T4, T5 any] struct {
	V0 T0
	V1 T1
	V2 T2
	V3 T3
	V4 T4
	V5 T5
}

// Tuple7 is a tuple of 7.
type Tuple7[T0, T1, T2, T3, T4, T5, T6 any] struct {
	V0 T0
	V1 T1
	V2 T2
	V3 T3
	V4 T4
	V5 T5
	V6 T6
}

// Tuple8 is a tuple of 8.
type Tuple8[T0, T1, T2, T3, T4, T5, T6, T7 any] struct {
	V0 T0
	V1 T1
	V2 T2
	V3 T3
	V4 T4
	V5 T5
	V6 T6
	V7 T7
}
