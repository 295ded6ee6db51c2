//! `print`: to standard output, or to who listens on this thread.

use std::cell::RefCell;
use std::io::Write;

thread_local! {
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Writes a text as it is.
pub fn print(text: &str) {
    HEARD.with_borrow_mut(|heard| match heard {
        Some(heard) => heard.push_str(text),
        None => {
            let mut out = std::io::stdout().lock();
            // Nobody reads what a closed output was to show.
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        }
    });
}

/// Begins to listen on this thread.
pub fn listen() {
    HEARD.set(Some(String::new()));
}

/// Ends listening; what was printed since it began.
pub fn heard() -> String {
    HEARD.take().unwrap_or_default()
}
