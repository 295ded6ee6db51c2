//! Wrong twins of what translated Rust calls: the same signatures, the mistakes that a translation could make.
//!
//! Not compiled as it stands: `//@ callee kind` begins a twin of a function, `//@ .method kind` one of a method whose
//! receiver becomes the first argument. The twins that a program needs become its module `fault`.

//@ int::floor_div sign
pub fn truncating_div(a: i64, b: i64) -> Result<i64, Exception> {
    int::floor_div(a, b).map(|_| a.wrapping_div(b))
}

//@ int::modulo sign
pub fn truncating_modulo(a: i64, b: i64) -> Result<i64, Exception> {
    int::modulo(a, b).map(|_| a.wrapping_rem(b))
}

//@ int::div_mod sign
pub fn truncating_div_mod(a: i64, b: i64) -> Result<(i64, i64), Exception> {
    int::div_mod(a, b).map(|_| (a.wrapping_div(b), a.wrapping_rem(b)))
}

//@ .div_euclid sign
pub fn native_div(a: i64, b: i64) -> i64 {
    a / b
}

//@ .rem_euclid sign
pub fn native_rem(a: i64, b: i64) -> i64 {
    a % b
}

//@ float::floor_div sign
pub fn truncating_float_div(a: f64, b: f64) -> Result<f64, Exception> {
    float::floor_div(a, b).map(|_| (a / b).trunc())
}

//@ float::modulo sign
pub fn truncating_float_modulo(a: f64, b: f64) -> Result<f64, Exception> {
    float::modulo(a, b).map(|_| a % b)
}

//@ float::to_int sign
pub fn flooring_to_int(x: f64) -> Result<i64, Exception> {
    float::to_int(x.floor())
}

//@ float::floor sign
pub fn truncating_floor(x: f64) -> Result<i64, Exception> {
    float::floor(x.trunc())
}

//@ float::ceil sign
pub fn truncating_ceil(x: f64) -> Result<i64, Exception> {
    float::ceil(x.trunc())
}

//@ int::shift_right sign
pub fn truncating_shift(a: i64, count: i64) -> Result<i64, Exception> {
    int::shift_right(a, count).map(|_| a / 2i64.checked_pow(count.min(63) as u32).unwrap_or(i64::MAX))
}

//@ float::round rounding
pub fn half_up(x: f64) -> Result<i64, Exception> {
    float::round(x).and_then(|_| float::floor(x + 0.5))
}

//@ float::round_to rounding
pub fn half_up_to(x: f64, digits: i64) -> f64 {
    let scale = 10f64.powi(digits as i32);
    let scaled = x * scale;
    if scaled.is_finite() { (scaled + 0.5).floor() / scale } else { float::round_to(x, digits) }
}

//@ format::fixed_point rounding
pub fn half_up_fixed(x: f64, precision: usize) -> String {
    let scale = 10f64.powi(precision as i32);
    let scaled = x * scale;
    format::fixed_point(if scaled.is_finite() { (scaled + 0.5).floor() / scale } else { x }, precision)
}

//@ int::true_div rounding
pub fn rounded_twice(a: i64, b: i64) -> Result<f64, Exception> {
    int::true_div(a, b).map(|_| a as f64 / b as f64)
}

//@ int::ratio rounding
pub fn ratio_rounded_twice(a: i64, b: i64) -> f64 {
    a as f64 / b as f64
}

//@ float::div check
pub fn unchecked_div(a: f64, b: f64) -> Result<f64, Exception> {
    Ok(a / b)
}

//@ float::sqrt check
pub fn unchecked_sqrt(x: f64) -> Result<f64, Exception> {
    Ok(x.sqrt())
}

//@ list::item check
pub fn unchecked_item<T: Default>(xs: &[T], index: i64) -> Result<&T, Exception> {
    list::item(xs, index).or_else(|_| Ok(Box::leak(Box::default())))
}

//@ list::slot check
pub fn clamped_slot<T>(xs: &mut [T], index: i64) -> Result<&mut T, Exception> {
    let length = xs.len() as i64;
    list::slot(xs, index.clamp(-length, (length - 1).max(0)))
}

//@ list::pop_at check
pub fn clamped_pop_at<T>(xs: &mut Vec<T>, index: i64) -> Result<T, Exception> {
    let length = xs.len() as i64;
    list::pop_at(xs, index.clamp(-length, (length - 1).max(0)))
}

//@ list::delete check
pub fn lenient_delete<T>(xs: &mut Vec<T>, index: i64) -> Result<(), Exception> {
    list::delete(xs, index).or(Ok(()))
}

//@ list::remove check
pub fn lenient_remove<T: PartialEq<Q>, Q: ?Sized>(xs: &mut Vec<T>, item: &Q) -> Result<(), Exception> {
    list::remove(xs, item).or(Ok(()))
}

//@ list::index_of check
pub fn minus_one_for_absent<T: PartialEq<Q>, Q: crate::support::repr::Repr + ?Sized>(
    xs: &[T],
    item: &Q,
) -> Result<i64, Exception> {
    list::index_of(xs, item).or(Ok(-1))
}

//@ list::slice check
pub fn unwrapped_slice<T: Clone>(
    xs: &[T],
    start: Option<i64>,
    stop: Option<i64>,
    step: Option<i64>,
) -> Result<Vec<T>, Exception> {
    list::slice(xs, start.map(|n| n.max(0)), stop.map(|n| n.max(0)), step)
}

//@ dict::item check
pub fn any_item<'a, K, V, Q: indexmap::Equivalent<K> + std::hash::Hash + crate::support::repr::Repr + ?Sized>(
    d: &'a crate::support::dict::Dict<K, V>,
    key: &Q,
) -> Result<&'a V, Exception> {
    dict::item(d, key).or_else(|error| d.values().next().ok_or(error))
}

//@ dict::pop order
pub fn swapping_pop<K, V, Q: indexmap::Equivalent<K> + std::hash::Hash + crate::support::repr::Repr + ?Sized>(
    d: &mut crate::support::dict::Dict<K, V>,
    key: &Q,
) -> Result<V, Exception> {
    match d.swap_remove(key) {
        Some(value) => Ok(value),
        None => dict::pop(d, key),
    }
}

//@ text::item check
pub fn clamped_char(s: &str, index: i64) -> Result<String, Exception> {
    text::item(s, index).or_else(|_| text::item(s, -1))
}

//@ int::parse check
pub fn zero_for_no_number(text: &str) -> Result<i64, Exception> {
    int::parse(text).or(Ok(0))
}

//@ float::parse check
pub fn nan_for_no_number(text: &str) -> Result<f64, Exception> {
    float::parse(text).or(Ok(f64::NAN))
}

//@ text::len bytes
pub fn byte_length(s: &str) -> i64 {
    s.len() as i64
}

//@ text::find bytes
pub fn byte_find(s: &str, part: &str) -> i64 {
    s.find(part).map_or(-1, |at| at as i64)
}

//@ text::slice bytes
pub fn byte_slice(s: &str, start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Result<String, Exception> {
    let bytes = list::slice(s.as_bytes(), start, stop, step)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

//@ text::repeat check
pub fn absolute_repeat(s: &str, count: i64) -> String {
    text::repeat(s, count.abs())
}

//@ text::chars bytes
pub fn ascii_chars(s: &str) -> impl DoubleEndedIterator<Item = &str> {
    s.char_indices().filter(|(_, c)| c.is_ascii()).map(|(at, _)| &s[at..=at])
}

//@ text::zfill bytes
pub fn byte_zfill(s: &str, width: i64) -> String {
    text::zfill(s, width - (s.len() - s.chars().count()) as i64)
}

//@ text::split text
pub fn split_at_blanks(s: &str) -> Vec<String> {
    s.split(' ').map(str::to_string).collect()
}

//@ text::split_at text
pub fn split_without_empty(s: &str, separator: &str) -> Result<Vec<String>, Exception> {
    text::split_at(s, separator).map(|parts| parts.into_iter().filter(|part| !part.is_empty()).collect())
}

//@ text::strip text
pub fn strip_ascii(s: &str) -> String {
    s.trim_ascii().to_string()
}

//@ text::strip_start text
pub fn strip_ascii_start(s: &str) -> String {
    s.trim_ascii_start().to_string()
}

//@ text::strip_end text
pub fn strip_ascii_end(s: &str) -> String {
    s.trim_ascii_end().to_string()
}

//@ letters::is_digit text
pub fn is_ascii_digit(s: &str) -> bool {
    s.bytes().all(|byte| byte.is_ascii_digit())
}

//@ letters::to_upper text
pub fn ascii_upper(s: &str) -> String {
    s.to_ascii_uppercase()
}

//@ letters::to_lower text
pub fn ascii_lower(s: &str) -> String {
    s.to_ascii_lowercase()
}

//@ letters::is_alpha text
pub fn is_ascii_letters(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|byte| byte.is_ascii_alphabetic())
}

//@ letters::is_alnum text
pub fn is_ascii_alnum(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

//@ letters::capitalize text
pub fn first_letter_large(s: &str) -> String {
    let first = s.chars().next().map_or(0, char::len_utf8);
    s[..first].to_uppercase() + &s[first..]
}

//@ search::find_in bytes
pub fn byte_find_in(s: &str, part: &str, start: Option<i64>, end: Option<i64>) -> i64 {
    let found = search::find_in(s, part, start, end);
    s.char_indices().nth(usize::try_from(found).unwrap_or(usize::MAX)).map_or(found, |(at, _)| at as i64)
}

//@ search::find_last bytes
pub fn byte_find_last(s: &str, part: &str, start: Option<i64>, end: Option<i64>) -> i64 {
    let found = search::find_last(s, part, start, end);
    s.char_indices().nth(usize::try_from(found).unwrap_or(usize::MAX)).map_or(found, |(at, _)| at as i64)
}

//@ search::split_lines text
pub fn split_at_newlines(s: &str, keepends: bool) -> Vec<String> {
    if keepends { s.split_inclusive('\n').map(str::to_string).collect() } else { s.lines().map(str::to_string).collect() }
}

//@ pad::start bytes
pub fn byte_pad_start(s: &str, width: i64, fill: &str) -> Result<String, Exception> {
    pad::start(s, width - (s.len() - s.chars().count()) as i64, fill)
}

//@ pad::end bytes
pub fn byte_pad_end(s: &str, width: i64, fill: &str) -> Result<String, Exception> {
    pad::end(s, width - (s.len() - s.chars().count()) as i64, fill)
}

//@ repr::text_repr text
pub fn debug_text(text: &str) -> String {
    format!("{text:?}")
}

//@ repr::bool_repr text
pub fn small_bool(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

//@ float::repr text
pub fn display_float(x: f64) -> String {
    x.to_string()
}

//@ int::pow overflow
pub fn wrapping_pow(base: i64, exponent: i64) -> i64 {
    base.wrapping_pow(exponent as u32)
}

//@ int::shift_left overflow
pub fn wrapping_shift(a: i64, count: i64) -> Result<i64, Exception> {
    int::shift_right(a, count).map(|_| a.wrapping_shl(count as u32))
}

//@ order::sorted order
pub fn unsorted<T: PartialOrd>(items: Vec<T>, reverse: bool) -> Vec<T> {
    let mut items = items;
    if reverse {
        items.reverse();
    }
    items
}

//@ order::sorted_by order
pub fn unstable_by<K: PartialOrd, T>(pairs: impl IntoIterator<Item = (K, T)>, reverse: bool) -> Vec<T> {
    let mut pairs: Vec<(K, T)> = pairs.into_iter().collect();
    pairs.reverse();
    order::sorted_by(pairs, reverse)
}

//@ order::largest_by order
pub fn last_of_largest<K: PartialOrd, T>(pairs: impl IntoIterator<Item = (K, T)>) -> Option<T> {
    let mut pairs: Vec<(K, T)> = pairs.into_iter().collect();
    pairs.reverse();
    order::largest_by(pairs)
}

//@ order::min order
pub fn native_min(a: f64, b: f64) -> f64 {
    a.min(b)
}

//@ order::max order
pub fn native_max(a: f64, b: f64) -> f64 {
    a.max(b)
}

//@ range::range comparison
pub fn closed_range(start: i64, stop: i64, step: i64) -> Result<range::Range, Exception> {
    range::range(start, stop + step.signum(), step)
}
