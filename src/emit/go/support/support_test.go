package support

import (
	"math"
	"strings"
	"testing"
)

func guardOf(call func()) (kind string) {
	defer func() {
		if guard, ok := recover().(Guard); ok {
			kind = guard.Kind
		}
	}()
	call()
	return ""
}

func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestIntegersAreChecked(t *testing.T) {
	least, most := int64(math.MinInt64), int64(math.MaxInt64)
	expect(t, "add", Add(most-1, 1), most)
	expect(t, "sub", Sub(least+1, 1), least)
	expect(t, "mul", Mul(1<<31, 1<<31), 1<<62)
	for name, call := range map[string]func(){
		"add":     func() { Add(most, 1) },
		"add low": func() { Add(least, -1) },
		"sub":     func() { Sub(0, least) },
		"mul":     func() { Mul(1<<32, 1<<31) },
		"mul low": func() { Mul(least, -1) },
		"mul two": func() { Mul(-1, least) },
		"neg":     func() { Neg(least) },
		"div":     func() { FloorDiv(least, -1) },
		"pow":     func() { Pow(3, 40) },
	} {
		expect(t, name, guardOf(call), "int_overflow")
	}
}

func TestDivisionRoundsDown(t *testing.T) {
	expect(t, "-7//2", FloorDiv(-7, 2), -4)
	expect(t, "7//-2", FloorDiv(7, -2), -4)
	expect(t, "-7%3", Mod(-7, 3), 2)
	expect(t, "7%-3", Mod(7, -3), -2)
	expect(t, "least%-1", Mod(math.MinInt64, -1), 0)
	expect(t, "-0.5//0.1", FloorDivFloat(-0.5, 0.1), -5)
	expect(t, "1.0%-0.3", FloatText(ModFloat(1.0, -0.3)), "-0.19999999999999996")
	expect(t, "int/int", DivideInt(1<<62+1, 3), 1.5372286728091292e+18)
}

func TestFloatsAreWrittenAndRounded(t *testing.T) {
	for text, x := range map[string]float64{
		"1e+16": 1e16, "1e-05": 1e-5, "1.0": 1, "0.0001": 1e-4, "-0.0": math.Copysign(0, -1), "nan": math.NaN(), "1e+300": 1e300,
		"123456789012345.6": 123456789012345.6,
	} {
		expect(t, text, FloatText(x), text)
	}
	expect(t, "2.675", RoundTo(2.675, 2), 2.67)
	expect(t, "0.5", RoundTo(0.5, 0), 0)
	expect(t, "1250", RoundTo(1250, -2), 1200)
	expect(t, "1350", RoundTo(1350, -2), 1400)
	expect(t, "round half", Proven(Round(2.5)), 2)
}

func TestFormats(t *testing.T) {
	rows := []struct{ got, want string }{
		{Spec{Precision: 3, Kind: 'f'}.Float(3.14159), "3.14"},
		{Spec{Width: 8, Grouping: ','}.Int(-1234567), "-1,234,567"},
		{Spec{Zero: true, Width: 10, Grouping: ','}.Int(1234), "00,001,234"},
		{Spec{Kind: 'x', Alternate: true}.Int(255), "0xff"},
		{Spec{Kind: 'e', Precision: 3}.Float(12345.678), "1.23e+04"},
		{Spec{Kind: 'g'}.Float(1e20), "1e+20"},
		{Spec{Kind: '%', Precision: 2}.Float(0.256), "25.6%"},
		{Spec{Fill: '*', Align: '^', Width: 7}.Text("abc"), "**abc**"},
		{Spec{Sign: '+'}.Float(2), "+2.0"},
	}
	for _, row := range rows {
		expect(t, row.want, row.got, row.want)
	}
}

func TestDictsKeepTheirOrder(t *testing.T) {
	dict := NewDict[int64, string]()
	for i := range int64(40) {
		dict.Set(i, "x")
	}
	for i := range int64(30) {
		expect(t, "delete", dict.Delete(i), true)
	}
	dict.Set(35, "y")
	dict.Set(5, "z")
	expect(t, "len", dict.Len(), 11)
	keys := dict.Keys()
	expect(t, "first", keys[0], 30)
	expect(t, "last", keys[10], 5)
	expect(t, "kept place", dict.Entries()[5].Value, "y")
	expect(t, "absent", dict.GetOr(1, "none"), "none")
	*dict.SetDefault(99, "a") += "b"
	expect(t, "slot", dict.GetOr(99, ""), "ab")
}

func TestTextIsCountedInCodePoints(t *testing.T) {
	expect(t, "len", Length("héé"), 3)
	expect(t, "find", FindText("héab", "a"), 2)
	expect(t, "char", Proven(CharAt("héab", -3)), "é")
	expect(t, "slice", Proven(SliceText("abcé", Option[int64]{}, Option[int64]{}, Some[int64](-1))), "écba")
	expect(t, "repr", ReprText("it's\n\x00é\u200b"), `"it's\n\x00é\u200b"`)
	expect(t, "lines", len(SplitLines("a\r\nb\u0085c\n")), 3)
	_, err := IntFromText("1_000x")
	expect(t, "int", err.Error(), "ValueError: invalid literal for int() with base 10: '1_000x'")
	_, err = IntFromText(strings.Repeat("é", 300))
	expect(t, "int", err.Error(), "ValueError: invalid literal for int() with base 10: '"+strings.Repeat("é", 199))
	expect(t, "digits", guardOf(func() { _, _ = IntFromText("٣") }), "unicode_number")
	expect(t, "int", Proven(IntFromText(" -1_000 ")), -1000)
	expect(t, "float", Proven(FloatFromText(" -1_0.5e1 ")), -105)
}

func TestSlicesFollowPython(t *testing.T) {
	items := []int64{0, 1, 2, 3, 4}
	some := Some[int64]
	none := Option[int64]{}
	rows := []struct {
		start, stop, step Option[int64]
		first, count      int64
	}{
		{none, none, none, 0, 5}, {some(-2), none, none, 3, 2}, {some(3), some(1), none, 0, 0},
		{none, none, some(-2), 4, 3}, {some(9), some(-9), some(-1), 4, 5}, {some(1), some(4), some(2), 1, 2},
	}
	for _, row := range rows {
		got := Proven(Slice(items, row.start, row.stop, row.step))
		expect(t, "count", int64(len(got)), row.count)
		if row.count > 0 {
			expect(t, "first", got[0], row.first)
		}
	}
}

func TestJSONIsReadAsPythonDoes(t *testing.T) {
	data, err := ParseJSON([]byte(`{"a":1,"b":[1.0,null,"\u00e9\ud83d\ude00"],"a":12345678901234567890}`))
	if err != nil {
		t.Fatal(err)
	}
	w := Writer{}
	w.json(data)
	expect(t, "json", string(w.Buf), `{"a":12345678901234567890,"b":[1.0,null,"é😀"]}`)
	for _, text := range []string{"", "{", "[1,]", "01", "1.", "nul", `{"a" 1}`, "\"\x01\"", "[1] 2"} {
		if _, err := ParseJSON([]byte(text)); err != errJSON {
			t.Errorf("%q: %v", text, err)
		}
	}
	_, err = ParseJSON([]byte(`"\ud800"`))
	expect(t, "lone", err, errSurrogate)
}
