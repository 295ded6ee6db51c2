package support

func (Tuple1[T0]) hasher() any {
	h0 := HasherOf[T0]()
	return func(t Tuple1[T0]) int64 {
		return HashTuple(h0(t.V0))
	}
}

func (Tuple2[T0, T1]) hasher() any {
	h0, h1 := HasherOf[T0](), HasherOf[T1]()
	return func(t Tuple2[T0, T1]) int64 {
		return HashTuple(h0(t.V0), h1(t.V1))
	}
}

func (Tuple3[T0, T1, T2]) hasher() any {
	h0, h1, h2 := HasherOf[T0](), HasherOf[T1](), HasherOf[T2]()
	return func(t Tuple3[T0, T1, T2]) int64 {
		return HashTuple(h0(t.V0), h1(t.V1), h2(t.V2))
	}
}

func (Tuple4[T0, T1, T2, T3]) hasher() any {
	h0, h1, h2, h3 := HasherOf[T0](), HasherOf[T1](), HasherOf[T2](), HasherOf[T3]()
	return func(t Tuple4[T0, T1, T2, T3]) int64 {
		return HashTuple(h0(t.V0), h1(t.V1), h2(t.V2), h3(t.V3))
	}
}

func (Tuple5[T0, T1, T2, T3, T4]) hasher() any {
	h0, h1, h2, h3, h4 := HasherOf[T0](), HasherOf[T1](), HasherOf[T2](), HasherOf[T3](), HasherOf[T4]()
	return func(t Tuple5[T0, T1, T2, T3, T4]) int64 {
		return HashTuple(h0(t.V0), h1(t.V1), h2(t.V2), h3(t.V3), h4(t.V4))
	}
}

func (Tuple6[T0, T1, T2, T3, T4, T5]) hasher() any {
	h0, h1, h2, h3, h4, h5 := HasherOf[T0](), HasherOf[T1](), HasherOf[T2](), HasherOf[T3](), HasherOf[T4](), HasherOf[T5]()
	return func(t Tuple6[T0, T1, T2, T3, T4, T5]) int64 {
		return HashTuple(h0(t.V0), h1(t.V1), h2(t.V2), h3(t.V3), h4(t.V4), h5(t.V5))
	}
}

func (Tuple7[T0, T1, T2, T3, T4, T5, T6]) hasher() any {
	h0, h1, h2, h3, h4, h5, h6 := HasherOf[T0](), HasherOf[T1](), HasherOf[T2](), HasherOf[T3](), HasherOf[T4](), HasherOf[T5](), HasherOf[T6]()
	return func(t Tuple7[T0, T1, T2, T3, T4, T5, T6]) int64 {
		return HashTuple(h0(t.V0), h1(t.V1), h2(t.V2), h3(t.V3), h4(t.V4), h5(t.V5), h6(t.V6))
	}
}

func (Tuple8[T0, T1, T2, T3, T4, T5, T6, T7]) hasher() any {
	h0, h1, h2, h3, h4, h5, h6, h7 := HasherOf[T0](), HasherOf[T1](), HasherOf[T2](), HasherOf[T3](), HasherOf[T4](), HasherOf[T5](), HasherOf[T6](), HasherOf[T7]()
	return func(t Tuple8[T0, T1, T2, T3, T4, T5, T6, T7]) int64 {
		return HashTuple(h0(t.V0), h1(t.V1), h2(t.V2), h3(t.V3), h4(t.V4), h5(t.V5), h6(t.V6), h7(t.V7))
	}
}
