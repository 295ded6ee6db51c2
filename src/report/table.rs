//! Columns, bars and colours of the text formats.

use crate::measurement::Seconds;

/// A part of a bar.
pub struct Part {
    /// Its sign.
    pub sign: char,
    /// Its name in the legend.
    pub name: &'static str,
    color: u8,
    seconds: fn(&Seconds) -> f64,
}

const fn part(sign: char, name: &'static str, color: u8, seconds: fn(&Seconds) -> f64) -> Part {
    Part { sign, name, color, seconds }
}

/// Parts of a bar from left to right.
pub const PARTS: [Part; 6] = [
    part('█', "Python", 32, |seconds| seconds.python),
    part('▓', "native", 34, |seconds| seconds.native),
    part('▒', "GIL", 31, |seconds| seconds.gil),
    part('░', "lock", 35, |seconds| seconds.lock),
    part('~', "I/O", 36, |seconds| seconds.io),
    part('·', "asleep or unknown", 90, |seconds| seconds.sleep + seconds.unknown),
];

/// A bar of signs that shows how seconds split, the largest remainder rounded up; spaces where there are none.
pub fn bar(seconds: &Seconds, width: usize) -> Vec<(char, u8)> {
    let whole = seconds.wall() - seconds.queue; // a busy machine says nothing of the function
    if whole <= 0.0 {
        return vec![(' ', 0); width];
    }
    let exact: Vec<f64> = PARTS.iter().map(|part| (part.seconds)(seconds) / whole * width as f64).collect();
    let mut cells: Vec<usize> = exact.iter().map(|cells| cells.floor() as usize).collect();
    while cells.iter().sum::<usize>() < width {
        let remainder = |place: &usize| exact[*place] - cells[*place] as f64;
        let Some(next) = (0..cells.len()).max_by(|a, b| remainder(a).total_cmp(&remainder(b))) else { break };
        cells[next] += 1;
    }
    PARTS
        .iter()
        .zip(cells)
        .flat_map(|(part, cells)| std::iter::repeat_n((part.sign, part.color), cells))
        .take(width)
        .collect()
}

/// Parts of a whole in tenths of a per cent that add up to 100.0 %, the largest remainders rounded up.
pub fn per_mille(parts: &[f64]) -> Vec<usize> {
    let whole: f64 = parts.iter().sum();
    if whole <= 0.0 {
        return vec![0; parts.len()];
    }
    let exact: Vec<f64> = parts.iter().map(|part| part / whole * 1000.0).collect();
    let mut tenths: Vec<usize> = exact.iter().map(|part| part.floor() as usize).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|&a, &b| (exact[b] - exact[b].floor()).total_cmp(&(exact[a] - exact[a].floor())));
    let missing = 1000_usize.saturating_sub(tenths.iter().sum());
    order.into_iter().take(missing).for_each(|place| tenths[place] += 1);
    tenths
}

/// A text cut to a width, with `…` where something is missing.
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A text broken into lines of at most this width, at spaces.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last =
            lines.last_mut().filter(|line| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width);
        match last {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.to_string()),
        }
    }
    lines
}

/// A text in an ANSI colour, where colours are wanted.
pub fn paint(text: &str, code: &str, color: bool) -> String {
    if color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_full_and_in_proportion() {
        let seconds = Seconds { python: 5.0, native: 2.5, lock: 2.4, io: 0.1, ..Seconds::default() };
        let drawn: String = bar(&seconds, 12).into_iter().map(|(sign, _)| sign).collect();
        assert_eq!(drawn, "██████▓▓▓░░░");
        assert_eq!(bar(&Seconds::default(), 3), [(' ', 0); 3]);
    }

    #[test]
    fn long_texts_are_cut_and_wrapped() {
        assert_eq!((cut("abcdef", 4), cut("abc", 4)), ("abc…".into(), "abc".into()));
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
    }
}
