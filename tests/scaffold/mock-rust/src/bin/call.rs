//! The stdio protocol's loop.

fn main() {
    let session = logic::Session::new();
    for line in std::io::stdin().lines().map_while(Result::ok) {
        println!("{}", session.call_line(&line, false));
    }
}
