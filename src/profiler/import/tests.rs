//! Every format: what it says, and one clear message for each way in which a file can be broken.

use super::*;
use crate::host::Memory;
use crate::measurement::FunctionCost;

/// A project with `job.py` and `shop.py`, as in `tests/import`.
fn definitions() -> Vec<Definition> {
    let define = |file: &str, qualname: &str, first_line, last_line| Definition {
        path: Path::new("/here").join(file),
        qualname: qualname.into(),
        first_line,
        last_line,
    };
    vec![
        define("shop.py", "price", 1, 5),
        define("job.py", "Till.ring", 5, 6),
        define("job.py", "dump", 7, 7),
        define("job.py", "nap", 8, 8),
        define("job.py", "deep", 9, 9),
        define("job.py", "main", 10, 13),
    ]
}

fn imported(files: &[(&str, Vec<u8>)]) -> Result<Measurement, ImportError> {
    let disk = Memory::default();
    for (name, bytes) in files {
        disk.write(Path::new(name), bytes).unwrap();
    }
    let settings = ImportSettings {
        files: files.iter().map(|(name, _)| PathBuf::from(name)).collect(),
        project_root: "/here".into(),
    };
    import(&disk, &settings, &definitions())
}

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    crate::host::Disk.read(&folder.join(name)).unwrap()
}

fn cost(m: &Measurement, name: &str) -> FunctionCost {
    m.costs().swap_remove(m.find(name).unwrap_or_else(|| panic!("{name}: {:#?}", m.functions)))
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
}

/// The message about a file with this content.
fn message(bytes: &[u8]) -> String {
    let error = imported(&[("x", bytes.to_vec())]).expect_err("it is broken");
    assert!(!error.help().is_empty());
    error.to_string()
}

#[test]
fn pstats_gives_exact_own_times_and_totals_over_the_callers() {
    let m = imported(&[("job.pstats", sample("job.pstats"))]).unwrap();
    // What `pstats.Stats("job.pstats").print_stats()` prints.
    near(cost(&m, "shop.price").own.python, 0.119892215);
    near(cost(&m, "job.nap").total.sleep, 0.916446559);
    let main = &m.functions[m.find("job.main").unwrap()];
    assert_eq!((main.first_line, main.calls, main.user), (10, 1, true));
    assert_eq!(m.functions[m.find("shop.price").unwrap()].calls, 279);
    let (price, main) = (cost(&m, "shop.price").total.wall(), cost(&m, "job.main").total);
    assert!(price < main.wall() && main.wall() < m.total().wall(), "{price} {main:?}");
    // `ring` calls `price` 270 times of 279, and its comprehension is a part of it.
    assert!((cost(&m, "job.Till.ring").total.wall() - 0.118).abs() < 0.001);
    assert!(m.find("~.<built-in method time.sleep>").is_none());
    assert_eq!(m.native_method, NativeMethod::Unwound);
    assert!(m.warnings().iter().any(|warning| warning.message.contains("pairs of caller and callee")));
}

#[test]
fn sampled_stacks_name_the_function_whatever_line_ran() {
    for name in ["job.collapsed", "job.speedscope.json"] {
        let m = imported(&[(name, sample(name))]).unwrap();
        let price = m.find("shop.price").unwrap();
        assert_eq!((m.functions[price].first_line, m.functions[price].file.to_str()), (1, Some("/here/shop.py")));
        assert!(cost(&m, "job.main").total.wall() > cost(&m, "shop.price").total.wall(), "{name}");
        assert_eq!(m.native_method, NativeMethod::Untold);
    }
    let evented = imported(&[("e", sample("evented.speedscope.json"))]).unwrap();
    near(evented.total().wall(), 1.0165777429974696);
}

#[test]
fn a_format_without_seconds_says_so() {
    let m = imported(&[("a", b"f (job.py:1) 30\nf (job.py:1);g (shop.py:2) 10\n 4\n".to_vec())]).unwrap();
    near(m.total().python, 0.4);
    assert!(m.notes.iter().any(|note| note.contains("does not say how far apart")), "{:?}", m.notes);
    let austin = imported(&[("a", b"# mode: wall\nP7;T0x1f;/app/shop.py:price:3 2500\n".to_vec())]).unwrap();
    near(cost(&austin, "shop.price").own.python, 0.0025);
    assert!(!austin.notes.iter().any(|note| note.contains("does not say how far apart")));
}

#[test]
fn pyinstrument_and_scalene_split_waiting_from_computing() {
    let m = imported(&[("p", sample("pyinstrument.json"))]).unwrap();
    near(cost(&m, "job.nap").own.sleep, 0.913696);
    near(cost(&m, "shop.price").total.wall(), 0.138422);
    near(m.wall_seconds, 1.112597);
    let session = imported(&[("s", sample("session.json"))]).unwrap();
    assert!(cost(&session, "job.main").total.wall() > 0.0);
    let scalene = imported(&[("s", sample("scalene.json"))]).unwrap();
    near(cost(&scalene, "job.nap").own.unknown, 0.605013511776 * 1.0384364128112793);
    assert!(!scalene.hotspots().is_empty());
}

#[test]
fn profiles_of_many_hosts_become_one() {
    let one = |file: &str, seconds: f64| {
        format!(
            "{{\"$schema\":\"\",\"shared\":{{\"frames\":[{{\"name\":\"price\",\"file\":\"{file}\",\"line\":3}}]}},\
             \"profiles\":[{{\"type\":\"sampled\",\"unit\":\"seconds\",\"samples\":[[0]],\"weights\":[{seconds}]}}]}}"
        )
    };
    let m = imported(&[("a", one("/app/shop.py", 1.0).into()), ("b", one("/srv/x/shop.py", 2.0).into())]).unwrap();
    assert_eq!(m.functions.len(), 1);
    near(cost(&m, "shop.price").own.python, 3.0);
    assert_eq!(m.sampling.computing, 2);
    assert!(matches!(&m.origin, Origin::Imported { files } if files.len() == 2));
}

#[test]
fn a_library_of_the_same_name_is_not_the_projects() {
    let stack = "price (/usr/lib/python3/dist-packages/shop.py:3) 5\n";
    let m = imported(&[("a", stack.into())]).unwrap();
    assert!(!m.functions[0].user);
}

#[test]
fn what_was_exported_comes_back() {
    let mut original = imported(&[("p", sample("pyinstrument.json"))]).unwrap();
    original.sampling.stacks = 17;
    let bytes = serde_json::to_vec(&original).unwrap();
    let again = imported(&[("m", bytes)]).unwrap();
    assert_eq!(again.functions, original.functions);
    near(again.total().sleep, original.total().sleep);
    assert_eq!(again.costs().len(), original.costs().len());
    let mut newer = serde_json::to_value(&original).unwrap();
    newer["schema"] = 99.into();
    assert_eq!(message(newer.to_string().as_bytes()), "x is of version 99, and this pivot reads version 1");
    let mut wrong = serde_json::to_value(&original).unwrap();
    wrong["stacks"][0]["function"] = 999.into();
    assert!(message(wrong.to_string().as_bytes()).contains("function 999 of"));
}

#[test]
fn unreadable_files_are_said() {
    assert!(message(b"").contains("holds no time at all"));
    assert!(message(b"\x7fELF\x02\x01\x01").contains("is no profile of a known format"));
    assert!(message(b"hello\n").contains("is no profile of a known format"));
    assert!(message(b"{\"a\": 1}").contains("is no profile of a known format"));
    let settings = ImportSettings { files: vec!["/none".into()], project_root: "/here".into() };
    let missing = import(&Memory::default(), &settings, &[]).unwrap_err().to_string();
    assert!(missing.starts_with("/none cannot be read: "), "{missing}");
}

#[test]
fn truncated_and_hostile_marshal_is_refused() {
    let pstats = sample("job.pstats");
    for cut in [1, 2, 40, 1000, pstats.len() - 1] {
        let said = message(&pstats[..cut]);
        assert!(said.contains("pstats") || said.contains("known format"), "{cut}: {said}");
    }
    // A tuple of a billion values; a dict key nested a thousand deep; a code object; a value that holds itself.
    assert!(message(b"{(\xff\xff\xff\x3f").contains("a tuple of 1073741823 values"));
    assert!(message(&[b"{".as_slice(), &b")\x01".repeat(1000)].concat()).contains("nested deeper than"));
    assert!(message(b"{)\x03c\0\0\0\0").contains("kind 0x63"));
    assert!(message(b"{\xa9\x01r\0\0\0\0").contains("refers to itself"));
    assert!(message(b"{)\x01r\x07\0\0\0").contains("a reference to value 7 of 0"));
    // Tuples of ten references each, nine deep: a billion values if they were copied.
    let mut laughs = b"{\xa9\x01N".to_vec();
    for level in 0..9_u8 {
        laughs.extend([0xa9, 10]);
        (0..10).for_each(|_| laughs.extend([b'r', level, 0, 0, 0]));
    }
    laughs.push(b'0');
    assert!(message(&laughs).contains("pstats"));
}

#[test]
fn broken_collapsed_stacks_are_said() {
    assert!(message(b"a;b 1\na;b\n").contains("line 2: no count at its end"));
    assert!(message(b"a;b 1\na;\xff 2\n").contains("line 2: not UTF-8"));
    let long = [b"a 1\n".as_slice(), &b"x;".repeat(3 << 20)].concat();
    assert!(message(&long).contains("line 2: longer than 4 MB"));
    let deep = [b"f0".as_slice(), &b";f".repeat(5000), b" 1\n"].concat();
    assert!(message(&deep).contains("has more than 4000 frames on one stack"));
}

#[test]
fn broken_speedscope_is_said() {
    let file = |profile: &str| {
        format!("{{\"$schema\":\"\",\"shared\":{{\"frames\":[{{\"name\":\"a\"}}]}},\"profiles\":[{profile}]}}")
    };
    let says = |profile: &str, words: &str| {
        let said = message(file(profile).as_bytes());
        assert!(said.contains(words), "{words}: {said}");
    };
    says(r#"{"type":"sampled","unit":"seconds","samples":[[7]],"weights":[1]}"#, "frame 7 of 1 frames");
    says(r#"{"type":"sampled","unit":"seconds","samples":[[0]],"weights":[]}"#, "1 samples and 0 weights");
    says(r#"{"type":"sampled","unit":"bytes","samples":[[0]],"weights":[1]}"#, "it counts \"bytes\", not time");
    says(r#"{"type":"wheel","unit":"seconds"}"#, "a profile of type \"wheel\"");
    let event = |kind: &str, at: u32, frame: u32| format!("{{\"type\":\"{kind}\",\"at\":{at},\"frame\":{frame}}}");
    let evented =
        |events: &[String]| format!("{{\"type\":\"evented\",\"unit\":\"seconds\",\"events\":[{}]}}", events.join(","));
    says(&evented(&[event("C", 1, 0)]), "event 0 closes frame 0");
    says(&evented(&[event("O", 5, 0), event("C", 4, 0)]), "event 1 lies before");
    // A frame that calls itself for ever.
    let endless: Vec<String> = (0..5000).map(|at| event("O", at, 0)).collect();
    says(&evented(&endless), "more than 4000 frames on one stack");
    assert!(message(&file("").as_bytes()[..60]).contains("is not valid speedscope"));
    let nested = format!("{{\"root_frame\":{}", "[".repeat(100_000));
    assert!(message(nested.as_bytes()).contains("more than 4000 levels of nesting"));
}

mod pprof_files {
    use super::*;
    use ::pprof::protos::{Function, Line, Location, Message, Profile, Sample, ValueType};

    fn profile() -> Profile {
        let text = ["", "cpu", "nanoseconds", "price", "/app/shop.py", "samples", "count", "alloc_space", "bytes"];
        Profile {
            string_table: text.map(String::from).to_vec(),
            sample_type: vec![ValueType { ty: 5, unit: 6 }, ValueType { ty: 1, unit: 2 }],
            function: vec![Function { id: 1, name: 3, filename: 4, ..Function::default() }],
            location: vec![Location { id: 9, line: vec![Line { function_id: 1, line: 3 }], ..Location::default() }],
            sample: vec![Sample { location_id: vec![9], value: vec![4, 2_500_000_000], label: vec![] }],
            ..Profile::default()
        }
    }

    fn says(change: impl FnOnce(&mut Profile), words: &str) {
        let mut broken = profile();
        change(&mut broken);
        let said = message(&broken.encode_to_vec());
        assert!(said.contains(words), "{words}: {said}");
    }

    #[test]
    fn cpu_seconds_and_samples_are_read() {
        let m = imported(&[("a.pb", profile().encode_to_vec())]).unwrap();
        near(cost(&m, "shop.price").own.python, 2.5);
        assert_eq!(m.sampling.computing, 4);
        assert!(m.notes[0].contains("processor time only"), "{:?}", m.notes);
    }

    #[test]
    fn bad_indices_are_said() {
        says(|p| p.sample[0].location_id = vec![1, 2], "location 2, which is not in the file");
        says(|p| p.location[0].line[0].function_id = 5, "function 5, which is not in the file");
        says(|p| p.function[0].name = 500, "string 500 of 9 strings");
        says(|p| p.function[0].name = -1, "string -1 of 9 strings");
        says(|p| p.sample[0].value = vec![1], "a sample with 1 values where there are 2 kinds");
        says(
            |p| p.sample_type = vec![ValueType { ty: 7, unit: 8 }, ValueType { ty: 7, unit: 8 }],
            "no time but alloc_space/bytes",
        );
        let bytes = profile().encode_to_vec();
        assert!(message(&bytes[..bytes.len() - 3]).contains("middle of a message"));
    }

    #[test]
    fn a_gzip_bomb_is_not_unpacked() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![0; 1 << 20];
        (0..200).for_each(|_| std::io::Write::write_all(&mut gzip, &zeros).unwrap());
        let bomb = gzip.finish().unwrap();
        assert!(bomb.len() < 1 << 20);
        assert!(message(&bomb).contains("is larger than 128 MB"));
        assert!(message(&bomb[..bomb.len() / 2]).contains("it cannot be unpacked"));
    }
}
