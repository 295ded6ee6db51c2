//! Builds what the Go back end writes for the fixtures, holds it to gofmt and vet, and asks it questions.
//!
//! The expected answers are CPython 3.11's; every program is translated, formatted, vetted, built once and asked in one
//! session.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files and programs")]

use pivot::host::Disk;
use pivot::pipeline::translate;
use pivot::policy::Policy;
use pivot::target::Target;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Go tools, or a word about their absence.
fn has_go() -> bool {
    let found = Command::new("go").arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        assert!(std::env::var_os("PIVOT_REQUIRE_TOOLCHAINS").is_none(), "go is required and was not found");
        eprintln!("go was not found: the Go back end is not tested");
    }
    found
}

/// Translates a fixture into a folder of its own.
fn translated(fixture: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let translation = translate::translate(&Disk, &root().join(fixture), &[], true).unwrap();
    let policy = Policy::profile("balanced").unwrap();
    let artifact = translate::emit(&translation, Target::Go, "fixture", &policy.build).unwrap();
    for file in &artifact.files {
        let path = folder.path().join("logic").join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
    fs::write(folder.path().join("go.mod"), "module fixture\n\ngo 1.22\n").unwrap();
    folder
}

/// What a command says on both streams; it must succeed.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}:\n{text}");
    text
}

fn built(fixture: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = translated(fixture);
    assert_eq!(run(folder.path(), "gofmt", &["-l", "-s", "."]), "", "{fixture} is not as gofmt has it");
    run(folder.path(), "go", &["vet", "./..."]);
    run(folder.path(), "go", &["build", "-o", "call", "./logic/cmd/call"]);
    let binary = folder.path().join("call");
    (folder, binary)
}

/// The answers to request lines of the protocol.
fn asked(binary: &Path, lines: &[&str]) -> Vec<String> {
    let mut child = Command::new(binary)
        .arg("--exact")
        .env("PIVOT_CLOCK", "1700000000")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_string).collect()
}

fn check(fixture: &str, exchanges: &[(&str, &str)]) {
    if !has_go() {
        return;
    }
    let (_folder, binary) = built(fixture);
    let lines: Vec<&str> = exchanges.iter().map(|(request, _)| *request).collect();
    let answers = asked(&binary, &lines);
    for ((request, expected), answer) in exchanges.iter().zip(&answers) {
        assert_eq!(answer, expected, "{fixture}: {request}");
    }
    assert_eq!(answers.len(), exchanges.len());
}

#[test]
fn pricing_answers_as_python() {
    check(
        "fixtures/monolith/pricing.py",
        &[
            (
                r#"{"id":1,"function":"calculate_price","args":[123,173.0,223,1.0]}"#,
                r#"{"id":1,"ok":{"$class":{"name":"PriceQuote","fields":{"product_id":123,"base_price":173.0,"reference_price":173.0,"multiplier":1.0,"final_price":164.35,"discount_percent":5,"price_tier":"basic"}}}}"#,
            ),
            (
                r#"{"id":2,"function":"calculate_price","args":[0,173.0,223],"kwargs":{"demand_factor":1.0}}"#,
                r#"{"id":2,"error":{"type":"ValueError","message":"product_id must be from 1 to 99999999: 0"}}"#,
            ),
            (
                r#"{"id":3,"function":"calculate_price","args":[1]}"#,
                r#"{"id":3,"error":{"type":"TypeError","message":"calculate_price() missing 3 required positional arguments: 'base_price', 'quantity_available', and 'demand_factor'"}}"#,
            ),
            (
                r#"{"id":4,"on":"DEFAULT_BOOK","method":"rule","args":["x'y"]}"#,
                r#"{"id":4,"error":{"type":"UnknownRule","message":"no rule named \"x'y\", known are: anchor_drift, cost_ratio, goodwill_ratio, loyalty_cap, loyalty_percent, shelf_units, storage_ratio"}}"#,
            ),
            (
                r#"{"id":5,"function":"less_percent","args":["1",2]}"#,
                r#"{"id":5,"guard":{"kind":"type","at":"pricing.py:417:1"}}"#,
            ),
            (
                r#"{"id":6,"function":"nothing"}"#,
                r#"{"id":6,"error":{"type":"ProtocolError","message":"no function nothing"}}"#,
            ),
        ],
    );
}

#[test]
fn inventory_keeps_its_state() {
    check(
        "fixtures/monolith/inventory.py",
        &[
            (
                r#"{"id":1,"on":"INVENTORY","method":"reserve","args":[123,23]}"#,
                r#"{"id":1,"ok":{"$class":{"name":"Reservation","fields":{"reservation_id":"RES-123-000001","product_id":123,"quantity":23,"allocations":{"WH-4":23},"expires_at":1700000900.9765625}}}}"#,
            ),
            (
                r#"{"id":2,"on":"INVENTORY","method":"stock_by_warehouse","args":[123]}"#,
                r#"{"id":2,"ok":{"WH-4":200}}"#,
            ),
            (
                r#"{"id":3,"on":"INVENTORY","method":"release","args":["RES-0"]}"#,
                r#"{"id":3,"error":{"type":"UnknownReservation","message":"reservation RES-0 not found"}}"#,
            ),
            (r#"{"reset":true,"id":4}"#, r#"{"id":4,"ok":null}"#),
            (
                r#"{"id":5,"on":"INVENTORY","method":"stock_by_warehouse","args":[123]}"#,
                r#"{"id":5,"ok":{"WH-4":223}}"#,
            ),
        ],
    );
}

#[test]
fn a_call_that_declines_leaves_no_trace() {
    let most = i64::MAX;
    let deposit = format!(r#"{{"id":3,"on":"b","method":"open","args":["rich",{most}]}}"#);
    let state = r#"{"id":0,"state":"b"}"#;
    let lines = [
        r#"{"id":1,"new":"Bank","args":["x"],"as":"b"}"#,
        r#"{"id":2,"on":"b","method":"open","args":["poor",50]}"#,
        deposit.as_str(),
        state,
        r#"{"id":4,"on":"b","method":"move","args":["poor","rich",10]}"#,
        state,
        r#"{"id":5,"on":"b","method":"move","args":["rich","poor",10]}"#,
    ];
    if !has_go() {
        return;
    }
    let (_folder, binary) = built("fixtures/translate/classes/account.py");
    let answers = asked(&binary, &lines);
    assert!(answers[4].contains(r#""guard":{"kind":"int_overflow""#), "{}", answers[4]);
    assert_eq!(answers[3], answers[5], "the first half of the move was not undone");
    assert!(answers[3].contains(r#""balance":50"#), "{}", answers[3]);
    assert_eq!(answers[6], format!(r#"{{"id":5,"ok":{}}}"#, most - 11));
}

#[test]
fn lists_change_in_place() {
    check(
        "fixtures/translate/containers/lists.py",
        &[
            (
                r#"{"id":1,"function":"add_to_rows","args":[[[1],[]],7]}"#,
                r#"{"id":1,"ok":null,"mutated":{"0":[[1,7],[7]]}}"#,
            ),
            (
                r#"{"id":2,"function":"swap_ends","kwargs":{"xs":[1,2,3]}}"#,
                r#"{"id":2,"ok":null,"mutated":{"xs":[3,2,1]}}"#,
            ),
            (
                r#"{"id":3,"function":"at","args":[[1],-2]}"#,
                r#"{"id":3,"error":{"type":"IndexError","message":"list index out of range"}}"#,
            ),
            (
                r#"{"id":4,"function":"part","args":[[1,2,3],null,null,0]}"#,
                r#"{"id":4,"guard":{"kind":"type","at":"lists.py:9:1"}}"#,
            ),
            (
                r#"{"id":5,"function":"part","args":[[1,2,3],0,3,0]}"#,
                r#"{"id":5,"error":{"type":"ValueError","message":"slice step cannot be zero"}}"#,
            ),
        ],
    );
}

#[test]
fn every_fixture_is_formatted_vetted_and_built() {
    if !has_go() {
        return;
    }
    for folder in ["containers", "control", "numbers", "text"] {
        for entry in fs::read_dir(root().join("fixtures/translate").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "py") {
                built(path.strip_prefix(root()).unwrap().to_str().unwrap());
            }
        }
    }
}

#[test]
fn support_sources_pass_their_own_tests() {
    if !has_go() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("src/emit/go/support")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    fs::write(folder.path().join("go.mod"), "module support\n\ngo 1.22\n").unwrap();
    assert_eq!(run(folder.path(), "gofmt", &["-l", "-s", "."]), "");
    run(folder.path(), "go", &["vet", "./..."]);
    run(folder.path(), "go", &["test", "./..."]);
}

/// Functions of math with other last digits in Go are refused with their code and place.
#[test]
fn gos_own_mathematics_is_refused() {
    let translation = translate::translate(&Disk, &root().join("fixtures/platform/libm.py"), &[], true).unwrap();
    let policy = Policy::profile("balanced").unwrap();
    let error = translate::emit(&translation, Target::Go, "fixture", &policy.build).unwrap_err();
    let pivot::emit::EmitError::Refused(problems) = error else { panic!("{error:?}") };
    assert!(problems.len() >= 8, "{problems:?}");
    assert!(problems.iter().all(|p| p.code.word() == "E1021" && p.at.span.start > 0), "{problems:?}");
}

/// Answers lines of two floats, as bits, with the bits of their power, `declined` or `error`.
const POWERS: &str = r#"package main

import (
	"bufio"
	"fmt"
	"math"
	"os"

	"support"
)

func power(x, y float64) (answer string) {
	defer func() {
		if recover() != nil {
			answer = "declined"
		}
	}()
	value, err := support.PowFloat(x, y)
	if err != nil {
		return "error"
	}
	return fmt.Sprintf("%x", math.Float64bits(value))
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var x, y uint64
		fmt.Sscanf(lines.Text(), "%x %x", &x, &y)
		fmt.Fprintln(out, power(math.Float64frombits(x), math.Float64frombits(y)))
	}
}
"#;

/// Numbers between 0 and 1, the same in every run.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn among(&mut self, choices: &[f64]) -> f64 {
        choices[(self.next() * choices.len() as f64) as usize]
    }

    /// A base of many sizes, and an exponent that people write or that nobody would.
    fn pair(&mut self) -> (f64, f64) {
        let bases = [
            self.next() * 10.0,
            self.next() * 1e6,
            10f64.powf(self.next() * 60.0 - 30.0),
            (self.next() * 1e6).ceil(),
            (self.next() * 1e4).round() / 100.0,
            1.0 + (self.next() - 0.5) * 2e-6,
        ];
        let whole = (self.next() * 41.0).floor() - 20.0;
        let exponents = [
            self.among(&[2.0, 3.0, 4.0, 0.5, -1.0, 1.5, -1.5, 1.0 / 3.0]),
            whole,
            self.next() * 10.0 - 5.0,
            self.next() * 200.0 - 100.0,
            (self.next() - 0.5) * 2e-5,
        ];
        let (base, exponent) = (self.among(&bases), self.among(&exponents));
        let is_negative = exponent.trunc() == exponent && self.next() < 0.1;
        (if is_negative { -base } else { base }, exponent)
    }
}

/// What Go says of a power is what the C library says, digit for digit, or nothing; and it says nothing of few. With
/// `PIVOT_POWERS` the number of pairs.
#[test]
fn powers_have_the_digits_of_the_c_library() {
    if !has_go() {
        return;
    }
    let count = std::env::var("PIVOT_POWERS").map_or(50_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let support = folder.path().join("support");
    fs::create_dir(&support).unwrap();
    for entry in fs::read_dir(root().join("src/emit/go/support")).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with("_test.go") {
            fs::copy(&path, support.join(path.file_name().unwrap())).unwrap();
        }
    }
    fs::write(support.join("go.mod"), "module support\n\ngo 1.22\n").unwrap();
    let module = "module powers\n\ngo 1.22\n\nrequire support v0.0.0\n\nreplace support => ./support\n";
    fs::write(folder.path().join("go.mod"), module).unwrap();
    fs::write(folder.path().join("main.go"), POWERS).unwrap();
    run(folder.path(), "go", &["build", "-o", "powers", "."]);
    let mut draws = Draws(88_172_645_463_325_252);
    let pairs: Vec<(f64, f64)> = (0..count).map(|_| draws.pair()).collect();
    let lines = pairs.iter().map(|(x, y)| format!("{:x} {:x}\n", x.to_bits(), y.to_bits())).collect::<String>();
    let asked = folder.path().join("pairs");
    fs::write(&asked, lines).unwrap();
    let output = Command::new(folder.path().join("powers")).stdin(fs::File::open(asked).unwrap()).output().unwrap();
    let answers: Vec<&str> = std::str::from_utf8(&output.stdout).unwrap().lines().collect();
    assert_eq!(answers.len(), pairs.len());
    let mut declined = 0;
    for (&(x, y), answer) in pairs.iter().zip(&answers) {
        let wanted = match x.powf(y) {
            power if power.is_finite() => format!("{:x}", power.to_bits()),
            _ => "error".to_owned(),
        };
        match *answer {
            "declined" => declined += 1,
            answer => assert_eq!(answer, wanted, "{x:?} ** {y:?}"),
        }
    }
    eprintln!("{declined} of {count} powers were declined");
    assert!(declined * 12 < count, "{declined} of {count} powers were declined");
}
