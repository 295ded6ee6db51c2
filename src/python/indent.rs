//! The margin of a line, measured as CPython does: once with tabs that reach the next multiple of eight, once with
//! tabs one column wide. Indentation is consistent where both measures agree.

/// The white space before the first statement of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margin {
    /// Columns, tabs to the next multiple of eight.
    pub columns: usize,
    /// Columns, each tab one.
    pub characters: usize,
    /// Whether nothing but white space stands before the place.
    pub first_on_line: bool,
}

impl Margin {
    /// The margin of the line of a byte offset.
    pub fn of(text: &str, offset: u32) -> Margin {
        let before = text.get(..offset as usize).unwrap_or("");
        let line = before.trim_end_matches([' ', '\t', '\x0c', '\u{feff}']);
        let first_on_line = line.is_empty() || line.ends_with(['\n', '\r']);
        let mut margin = Margin { columns: 0, characters: 0, first_on_line };
        for character in before[line.len()..].chars() {
            match character {
                ' ' => margin = Margin { columns: margin.columns + 1, characters: margin.characters + 1, ..margin },
                '\t' => {
                    margin =
                        Margin { columns: (margin.columns / 8 + 1) * 8, characters: margin.characters + 1, ..margin }
                }
                '\x0c' => margin = Margin { columns: 0, characters: 0, ..margin },
                _ => {}
            }
        }
        margin
    }

    /// Whether two lines are indented alike, however tabs are read.
    pub fn same(self, other: Margin) -> bool {
        self.columns == other.columns && self.characters == other.characters
    }

    /// The usual margin of a block under a line with this one.
    pub fn inner(self) -> Margin {
        Margin { columns: self.columns + 4, characters: self.characters + 4, first_on_line: true }
    }
}
