//! Slices of lists as targets: assigned to, and deleted.

use super::exception::{Exception, VALUE_ERROR};
use super::list::bounds;

/// The places that a slice names, first to last as it walks them.
fn places(length: usize, start: Option<i64>, stop: Option<i64>, step: i64) -> Result<Vec<usize>, Exception> {
    if step == 0 {
        return Err(Exception::new(&VALUE_ERROR, "slice step cannot be zero"));
    }
    let by = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
    if step > 0 {
        let (start, stop) = bounds(length, start, stop);
        return Ok((start..stop).step_by(by).collect());
    }
    let size = length as i64;
    let clamp = |index: i64| if index < 0 { index.saturating_add(size).max(-1) } else { index.min(size - 1) };
    let (start, stop) = (start.map_or(size - 1, clamp), stop.map_or(-1, clamp));
    Ok((stop + 1..=start).rev().step_by(by).map(|place| place as usize).collect())
}

/// `xs[start:stop:step] = values`
pub fn assign<T>(
    xs: &mut Vec<T>,
    start: Option<i64>,
    stop: Option<i64>,
    step: Option<i64>,
    values: Vec<T>,
) -> Result<(), Exception> {
    let step = step.unwrap_or(1);
    if step == 1 {
        let (start, stop) = bounds(xs.len(), start, stop);
        xs.splice(start..stop.max(start), values);
        return Ok(());
    }
    let places = places(xs.len(), start, stop, step)?;
    if places.len() != values.len() {
        let (given, wanted) = (values.len(), places.len());
        let message = format!("attempt to assign sequence of size {given} to extended slice of size {wanted}");
        return Err(Exception::new(&VALUE_ERROR, message));
    }
    for (place, value) in places.into_iter().zip(values) {
        xs[place] = value;
    }
    Ok(())
}

/// `del xs[start:stop:step]`
pub fn delete<T>(xs: &mut Vec<T>, start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Result<(), Exception> {
    let mut gone = places(xs.len(), start, stop, step.unwrap_or(1))?;
    gone.sort_unstable();
    let mut gone = gone.into_iter().peekable();
    let mut place = 0;
    xs.retain(|_| {
        let stays = gone.next_if_eq(&place).is_none();
        place += 1;
        stays
    });
    Ok(())
}
