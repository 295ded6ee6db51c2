//! The stdio protocol: one JSON request a line on stdin, one answer a line on stdout. `--exact` tags what plain JSON
//! loses.

use logic::Session;
use std::io::{self, BufRead, Write};

/// Deep recursion is Python's right; its stack is only reserved, not used.
const STACK: usize = 512 << 20;

fn main() {
    let exact = std::env::args().skip(1).any(|word| word == "--exact");
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || serve(exact));
    let served = worker.map(|worker| worker.join().unwrap_or(Ok(())));
    if let Ok(Err(error)) | Err(error) = served
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        eprintln!("call: {error}");
        std::process::exit(1);
    }
}

fn serve(exact: bool) -> io::Result<()> {
    let session = Session::new();
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let answer = session.call_line(String::from_utf8_lossy(&line).trim_end(), exact);
        line.clear();
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}
