//! Parts of Python's itertools that have an end: as lists. Lists that would not fit in memory decline.

use super::exception::{Exception, TYPE_ERROR, VALUE_ERROR};
use super::guard::guard;

/// Items of a list of lists at most.
const MOST: usize = 1 << 26;

/// Adds a selection of items, unless there are too many.
fn select<T: Clone>(found: &mut Vec<Vec<T>>, items: &[T], places: &[usize]) {
    if found.len() * (places.len() + 1) > MOST {
        guard("memory", "");
    }
    found.push(places.iter().map(|place| items[*place].clone()).collect());
}

fn chosen(count: i64) -> Result<usize, Exception> {
    usize::try_from(count).map_err(|_| Exception::new(&VALUE_ERROR, "r must be non-negative"))
}

/// `combinations(items, count)`
pub fn combinations<T: Clone>(items: &[T], count: i64) -> Result<Vec<Vec<T>>, Exception> {
    let count = chosen(count)?;
    let mut found = Vec::new();
    if count > items.len() {
        return Ok(found);
    }
    let mut places: Vec<usize> = (0..count).collect();
    loop {
        select(&mut found, items, &places);
        let Some(at) = (0..count).rev().find(|at| places[*at] != at + items.len() - count) else { return Ok(found) };
        places[at] += 1;
        (at + 1..count).for_each(|next| places[next] = places[next - 1] + 1);
    }
}

/// `combinations_with_replacement(items, count)`
pub fn multisets<T: Clone>(items: &[T], count: i64) -> Result<Vec<Vec<T>>, Exception> {
    let count = chosen(count)?;
    let mut found = Vec::new();
    if items.is_empty() && count > 0 {
        return Ok(found);
    }
    let mut places = vec![0; count];
    loop {
        select(&mut found, items, &places);
        let Some(at) = (0..count).rev().find(|at| places[*at] != items.len() - 1) else { return Ok(found) };
        let next = places[at] + 1;
        places[at..].fill(next);
    }
}

/// `permutations(items, count)`
pub fn permutations<T: Clone>(items: &[T], count: i64) -> Result<Vec<Vec<T>>, Exception> {
    let count = chosen(count)?;
    let mut found = Vec::new();
    if count <= items.len() {
        permute(items, count, &mut Vec::new(), &mut found);
    }
    Ok(found)
}

fn permute<T: Clone>(items: &[T], count: usize, places: &mut Vec<usize>, found: &mut Vec<Vec<T>>) {
    if places.len() == count {
        return select(found, items, places);
    }
    for place in 0..items.len() {
        if !places.contains(&place) {
            places.push(place);
            permute(items, count, places, found);
            places.pop();
        }
    }
}

/// `accumulate(items)` of ints.
pub fn running_sums(items: &[i64]) -> Vec<i64> {
    let mut total = 0i64;
    let mut add = |item: &i64| {
        total = total.checked_add(*item).unwrap_or_else(|| guard("int_overflow", ""));
        total
    };
    items.iter().map(&mut add).collect()
}

/// `accumulate(items)` of floats.
pub fn running_float_sums(items: &[f64]) -> Vec<f64> {
    let mut total = None;
    let mut add = |item: &f64| {
        let sum = total.map_or(*item, |total: f64| total + item);
        total = Some(sum);
        sum
    };
    items.iter().map(&mut add).collect()
}

/// `pairwise(items)`
pub fn pairs<T: Clone>(items: &[T]) -> Vec<(T, T)> {
    items.windows(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

/// `islice(items, stop)`
pub fn first<T: Clone>(items: &[T], stop: i64) -> Result<Vec<T>, Exception> {
    let what = if stop == -1 { "Stop argument" } else { "Indices" };
    let message = || format!("{what} for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
    let stop = usize::try_from(stop).map_err(|_| Exception::new(&VALUE_ERROR, message()))?;
    Ok(items.iter().take(stop).cloned().collect())
}

/// The first items of `cycle(items)`, none where there are none.
pub fn cycled<T: Clone>(items: &[T], count: i64) -> Vec<T> {
    let count = usize::try_from(count).unwrap_or(0);
    if count > MOST {
        guard("memory", "");
    }
    items.iter().cycle().take(count).cloned().collect()
}

/// The parts of a list that end at some places, which rise.
pub fn parts<T: Clone>(items: &[T], ends: &[i64]) -> Vec<Vec<T>> {
    spans(ends).map(|(start, end)| items[start..end].to_vec()).collect()
}

/// The first item of each part.
pub fn firsts<T: Clone>(items: &[T], ends: &[i64]) -> Vec<T> {
    spans(ends).map(|(start, _)| items[start].clone()).collect()
}

/// The parts that are not empty.
fn spans(ends: &[i64]) -> impl Iterator<Item = (usize, usize)> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| (start as usize, *end as usize)).filter(|(start, end)| start < end)
}

/// `zip(*rows)` as lists.
pub fn columns<T: Clone>(rows: Vec<Vec<T>>) -> Vec<Vec<T>> {
    let count = rows.iter().map(Vec::len).min().unwrap_or(0);
    (0..count).map(|at| rows.iter().map(|row| row[at].clone()).collect()).collect()
}

/// `bytes(numbers)`
pub fn bytes_of(numbers: &[i64]) -> Result<Vec<u8>, Exception> {
    let byte = |number: i64| {
        u8::try_from(number).map_err(|_| Exception::new(&VALUE_ERROR, "bytes must be in range(0, 256)"))
    };
    numbers.iter().copied().map(byte).collect()
}

/// Raises where `reduce` has nothing to start from.
pub fn reducible(length: i64) -> Result<(), Exception> {
    if length > 0 {
        return Ok(());
    }
    Err(Exception::new(&TYPE_ERROR, "reduce() of empty iterable with no initial value"))
}

/// Raises where lists that `zip(strict=True)` walks differ in length.
pub fn same_length(lengths: &[i64]) -> Result<(), Exception> {
    let shortest = lengths.iter().copied().min().unwrap_or(0);
    let ended = lengths.iter().position(|length| *length == shortest).unwrap_or(0);
    let (place, word) = match ended {
        0 => match lengths.iter().position(|length| *length > shortest) {
            None => return Ok(()),
            Some(place) => (place, "longer"),
        },
        place => (place, "shorter"),
    };
    let others = if place == 1 { "argument 1".to_string() } else { format!("arguments 1-{place}") };
    Err(Exception::new(&VALUE_ERROR, format!("zip() argument {} is {word} than {others}", place + 1)))
}
