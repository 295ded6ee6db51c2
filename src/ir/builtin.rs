//! Builtin operations: what Python's operators, functions and methods on builtin types come down to.
//!
//! One row an operation: what it needs of its operands, whether it can raise or guard. Types are those of the
//! operands (`Len` works on text and containers alike); the result's type is on the expression.
//!
//! ```text
//! xs.append(v)   ->   ListAppend [Mut xs, Own v]
//! d.get(k, 0)    ->   DictGetOr  [Ref d, Ref k, Own 0]
//! ```
//!
//! Operations that one support function carries out in each language need no row here: they are in [`super::library`].

use super::library::Operation;

/// What an operation does with an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Looks at it.
    Ref,
    /// Changes it in place.
    Mut,
    /// Keeps it, or it is a scalar.
    Own,
}

macro_rules! builtins {
    ($($(#[$doc:meta])* $name:ident [$($need:ident)*] $rest:tt $raises:literal;)*) => {
        /// A builtin operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Builtin {
            $($(#[$doc])* $name,)*
            /// An operation of the table of library operations.
            Library(Operation),
        }

        impl Builtin {
            /// Its name, as written in a dump of the IR.
            pub fn name(self) -> &'static str {
                match self {
                    $(Builtin::$name => stringify!($name),)*
                    Builtin::Library(op) => &op.row().path,
                }
            }

            /// What it does with the operand of an index; the last entry holds for all further operands.
            pub fn need(self, operand: usize) -> Need {
                let needs: &[Need] = match self {
                    $(Builtin::$name => &[$(Need::$need,)*],)*
                    Builtin::Library(op) => return op.need(operand),
                };
                needs.get(operand).or(needs.last()).copied().unwrap_or(Need::Own)
            }

            /// True where it can end in a Python exception.
            pub fn raises(self) -> bool {
                match self {
                    $(Builtin::$name => $raises,)*
                    Builtin::Library(op) => op.row().raises,
                }
            }

            /// True where it writes to standard output.
            pub fn prints(self) -> bool {
                matches!(self, Builtin::Library(op) if op.row().module == "console")
            }

            /// True where it can decline.
            pub fn guards(self) -> bool {
                match self {
                    $(Builtin::$name => builtins!(@guards $rest),)*
                    Builtin::Library(op) => op.row().guards,
                }
            }
        }
    };
    (@guards -) => { false };
    (@guards guard) => { true };
}

// name [needs of operands] guard|- raises
builtins! {
    /// `abs(int)`: guards on the smallest integer.
    IntAbs [Own] guard false;
    /// `abs(float)`, `math.fabs`.
    FloatAbs [Own] - false;
    /// `abs(number)`: guards on the smallest integer.
    NumberAbs [Own] guard false;
    /// `int(number)`: as `IntFromFloat` where it is a float.
    NumberToInt [Own] guard true;
    /// `round(number)`, gives int: as `FloatRound` where it is a float.
    NumberRound [Own] guard true;
    /// `int(float)`: truncates; ValueError on NaN, OverflowError on infinity, guards beyond 64 bits.
    IntFromFloat [Own] guard true;
    /// `int(text)`: ValueError; guards beyond 64 bits.
    IntFromStr [Ref] guard true;
    /// `float(text)`: ValueError.
    FloatFromStr [Ref] - true;
    /// `round(float)`: half to even, gives int; raises and guards as `IntFromFloat`.
    FloatRound [Own] guard true;
    /// `round(float, digits)`: correctly rounded decimal, gives float.
    FloatRoundTo [Own Own] - false;
    /// `divmod(int, int)`, `divmod(float, float)`: tuple; ZeroDivisionError.
    DivMod [Own Own] guard true;
    /// `min(a, b, ...)` of values of one type; the first of equals wins.
    Min [Own] - false;
    /// `max(a, b, ...)` of values of one type; the first of equals wins.
    Max [Own] - false;
    /// `n.bit_length()`.
    IntBitLength [Own] - false;
    /// `pow(base, exponent, modulus)`: ValueError, ZeroDivisionError.
    IntPowMod [Own Own Own] guard true;
    /// `x.is_integer()`.
    FloatIsInteger [Own] - false;
    /// `math.sqrt(x)`: ValueError below zero.
    MathSqrt [Own] - true;
    /// `math.floor(float)`, gives int; raises and guards as `IntFromFloat`.
    MathFloor [Own] guard true;
    /// `math.ceil(float)`, gives int; raises and guards as `IntFromFloat`.
    MathCeil [Own] guard true;
    /// `math.isnan`.
    MathIsNan [Own] - false;
    /// `math.isinf`.
    MathIsInf [Own] - false;
    /// `math.isfinite`.
    MathIsFinite [Own] - false;
    /// `math.gcd(a, b)`.
    MathGcd [Own Own] guard false;

    /// `str(x)` of any type with a representation.
    ToStr [Ref] - false;
    /// `repr(x)` of any type with a representation.
    Repr [Ref] - false;
    /// `ord(c)`: TypeError unless one code point.
    Ord [Ref] - true;
    /// `chr(n)`: ValueError; guards on surrogates.
    Chr [Own] guard true;
    /// `sep.join(list of str)`.
    StrJoin [Ref Ref] - false;
    /// `s.split()`: at runs of whitespace.
    StrSplit [Ref] - false;
    /// `s.split(sep)`: ValueError on an empty separator.
    StrSplitAt [Ref Ref] - true;
    /// `s.splitlines()`.
    StrSplitLines [Ref] - false;
    /// `s.strip()`; `s.strip(chars)` with two operands.
    StrStrip [Ref Ref] - false;
    /// `s.lstrip()`; `s.lstrip(chars)` with two operands.
    StrStripStart [Ref Ref] - false;
    /// `s.rstrip()`; `s.rstrip(chars)` with two operands.
    StrStripEnd [Ref Ref] - false;
    /// `s.replace(old, new)`.
    StrReplace [Ref Ref Ref] - false;
    /// `s.find(part)`: index in code points, -1 where absent.
    StrFind [Ref Ref] - false;
    /// `s.startswith(prefix)`.
    StrStartsWith [Ref Ref] - false;
    /// `s.endswith(suffix)`.
    StrEndsWith [Ref Ref] - false;
    /// `s.upper()`.
    StrUpper [Ref] - false;
    /// `s.lower()`.
    StrLower [Ref] - false;
    /// `s.isdigit()`, guards on characters that versions of Unicode differ in.
    StrIsDigit [Ref] guard false;
    /// `s.isalpha()`, guards on characters that versions of Unicode differ in.
    StrIsAlpha [Ref] guard false;
    /// `s.isalnum()`, guards on characters that versions of Unicode differ in.
    StrIsAlnum [Ref] guard false;
    /// `s.isspace()`.
    StrIsSpace [Ref] - false;
    /// `s.zfill(width)`.
    StrZfill [Ref Own] - false;

    /// `len(x)` of text or a container.
    Len [Ref] - false;
    /// `not x` of text or a container.
    IsEmpty [Ref] - false;
    /// `item in container`: the container first. For text: is a part of it.
    Contains [Ref Ref] - false;
    /// `a + b` of text, bytes or lists: a new value.
    Concat [Ref Ref] - false;
    /// `tuple(list)`: a tuple of any length of the items of a list that is not used again.
    TupleFrom [Own] - false;
    /// The items of a tuple of any length, as a list that is only looked at.
    TupleItems [Ref] - false;
    /// `a * n` of text, bytes or a list: a new value; guards when it would not fit in memory.
    Repeat [Ref Own] guard false;
    /// `a[start:stop:step]` of text, bytes or a list: a new value; absent bounds are `None`; ValueError on step 0.
    Slice [Ref Own Own Own] - true;
    /// A shallow copy: `list(xs)`, `xs[:]`, `d.copy()`, `dict(d)`, `set(s)`.
    Copy [Ref] - false;
    /// `x.clear()`.
    Clear [Mut] - false;
    /// `x.count(item)` of a list, or of text and a part.
    Count [Ref Ref] - false;
    /// `xs.index(item)`: ValueError with the item's repr where the interpreter's message has it.
    IndexOf [Ref Ref] - true;

    /// `xs.append(item)`.
    ListAppend [Mut Own] - false;
    /// `xs.extend(other list)`.
    ListExtend [Mut Ref] - false;
    /// `xs.insert(index, item)`: bounds are clamped.
    ListInsert [Mut Own Own] - false;
    /// `xs.pop()`: IndexError.
    ListPop [Mut] - true;
    /// `xs.pop(index)`: IndexError.
    ListPopAt [Mut Own] - true;
    /// `xs.remove(item)`: ValueError.
    ListRemove [Mut Ref] - true;
    /// `del xs[index]`: IndexError.
    ListDelete [Mut Own] - true;
    /// `xs.reverse()`.
    ListReverse [Mut] - false;

    /// `d.get(key)`: an Optional.
    DictGet [Ref Ref] - false;
    /// `d.get(key, default)`.
    DictGetOr [Ref Ref Own] - false;
    /// `del d[key]`: KeyError.
    DictDelete [Mut Ref] - true;
    /// `d.pop(key)`: KeyError.
    DictPop [Mut Ref] - true;
    /// `d.pop(key, default)`.
    DictPopOr [Mut Ref Own] - false;
    /// `d.update(other dict)`.
    DictUpdate [Mut Ref] - false;

    /// `s.add(item)`.
    SetAdd [Mut Own] - false;
    /// `s.discard(item)`.
    SetDiscard [Mut Ref] - false;
    /// `s.remove(item)`: KeyError.
    SetRemove [Mut Ref] - true;
    /// `a | b`.
    SetUnion [Ref Ref] - false;
    /// `a & b`.
    SetIntersection [Ref Ref] - false;
    /// `a - b`.
    SetDifference [Ref Ref] - false;
    /// `a ^ b`.
    SetSymmetricDifference [Ref Ref] - false;
    /// `a <= b`, `a.issubset(b)`.
    SetIsSubset [Ref Ref] - false;

    /// The items of a set of numbers in CPython's order: a new list; guards on a set that came from outside.
    SetItems [Ref] guard false;
    /// A set of which only the items are known from here on, not the order.
    SetForget [Own] - false;
    /// `s.pop()`: KeyError; guards on a set that came from outside.
    SetPop [Mut] guard true;
    /// The value inside an Optional whose attribute is looked up: AttributeError with the message where it is None.
    AttributeBase [Ref Ref] - true;
    /// The value inside an Optional that an operation needs: TypeError with the message where it is None.
    OperandBase [Ref Ref] - true;

    /// `time.time()`: seconds since 1970 as float.
    ClockNow [] - false;
    /// Seconds since 1970 (UTC) as text by a constant `strftime` format of `%Y %m %d %H %M %S` and literals:
    /// `datetime.fromtimestamp(x, timezone.utc).strftime(format)`. Guards outside the years 1 to 9999.
    UtcFormat [Own Ref] guard false;

    /// `data[key]` on JSON data with a text key: KeyError where it is an object, TypeError where it is not.
    JsonItem [Ref Ref] - true;
    /// `data.get(key)`: null where absent; AttributeError unless an object.
    JsonGet [Ref Ref] - true;
    /// `data.get(key, default)`: AttributeError unless an object.
    JsonGetOr [Ref Ref Own] - true;
    /// `int(data)`: as Python on what `json.loads` gives; TypeError, ValueError.
    JsonToInt [Ref] guard true;
    /// `float(data)`.
    JsonToFloat [Ref] guard true;
    /// `str(data)`.
    JsonToStr [Ref] guard false;
    /// `isinstance(x, int)` of a number that remembers which it is.
    NumberIsInt [Own] - false;
    /// Truth of JSON data.
    JsonTruth [Ref] - false;
    /// `data or {}`: the data where it is true, else an empty object.
    JsonOrEmpty [Ref] - false;
    /// A web answer from a JSON body and a status (`return jsonify(...), 404`).
    Respond [Own Own] - false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_repeat_the_last_entry() {
        assert_eq!(Builtin::ListAppend.need(0), Need::Mut);
        assert_eq!(Builtin::Max.need(5), Need::Own);
        assert_eq!(Builtin::ClockNow.need(0), Need::Own);
    }
}
