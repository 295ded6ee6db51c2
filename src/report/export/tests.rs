//! One small measurement through every format: sums, indices, escapes.

use super::*;
use crate::measurement::tests::{Tree, measurement};
use ::pprof::protos::{Message, Profile};
use std::io::Read;

/// `main` calls `price`, which computes, waits for the GIL and for I/O; a pool computes outside of Python.
fn run() -> Measurement {
    let mut m = measurement(&[Tree("main", 0.5, &[Tree("shop:price", 2.0, &[]), Tree("lib!json:a;b <x>", 0.25, &[])])]);
    let price = m.find("shop.price").unwrap() as u32;
    let stack = m.stacks.iter_mut().find(|stack| stack.function == price).unwrap();
    (stack.seconds.gil, stack.seconds.io, stack.seconds.native) = (1.0, 0.125, 0.5);
    m.outside.native = 0.75;
    m
}

fn text(format: Export) -> String {
    String::from_utf8(format.render(&run()).unwrap()).unwrap()
}

#[test]
fn every_word_is_its_format() {
    for format in Export::ALL {
        assert_eq!(Export::of(format.word()), Some(format));
    }
    assert_eq!(Export::of("flamegraph"), None);
}

#[test]
fn collapsed_has_a_line_for_each_stack_and_reason() {
    assert_eq!(
        text(Export::Collapsed),
        "main (m.py:1) 500000\n\
         main (m.py:1);price (shop.py:1) 2000000\n\
         main (m.py:1);price (shop.py:1);[native] 500000\n\
         main (m.py:1);price (shop.py:1);[gil] 1000000\n\
         main (m.py:1);price (shop.py:1);[io] 125000\n\
         main (m.py:1);a_b <x> (json.py:1) 250000\n\
         (outside Python);[native] 750000\n"
    );
}

#[test]
fn speedscope_indexes_frames_and_adds_up() {
    let value: serde_json::Value = serde_json::from_str(&text(Export::Speedscope)).unwrap();
    let frames = value["shared"]["frames"].as_array().unwrap();
    for (profile, sum) in [(0, 5.125), (1, 4.0)] {
        let profile = &value["profiles"][profile];
        let samples = profile["samples"].as_array().unwrap();
        let weights: Vec<f64> = profile["weights"].as_array().unwrap().iter().map(|w| w.as_f64().unwrap()).collect();
        assert_eq!(samples.len(), weights.len());
        assert!((weights.iter().sum::<f64>() - sum).abs() < 1e-9, "{weights:?}");
        assert_eq!(profile["endValue"].as_f64(), Some(sum));
        for frame in samples.iter().flat_map(|sample| sample.as_array().unwrap()) {
            assert!((frame.as_u64().unwrap() as usize) < frames.len());
        }
    }
}

#[test]
fn pprof_has_valid_indices_and_both_sums() {
    let mut bytes = Vec::new();
    let packed = Export::Pprof.render(&run()).unwrap();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    let profile = Profile::decode(&bytes[..]).unwrap();
    assert_eq!(profile.string_table[0], "");
    let word = |index: i64| profile.string_table[index as usize].as_str();
    let kinds: Vec<(&str, &str)> = profile.sample_type.iter().map(|kind| (word(kind.ty), word(kind.unit))).collect();
    assert_eq!(kinds, [("cpu", "nanoseconds"), ("wall", "nanoseconds")]);
    let sum = |index: usize| profile.sample.iter().map(|sample| sample.value[index]).sum::<i64>();
    assert_eq!((sum(0), sum(1)), (4_000_000_000, 5_125_000_000));
    let name = |id: u64| {
        let location = profile.location.iter().find(|location| location.id == id).unwrap();
        let function = profile.function.iter().find(|function| function.id == location.line[0].function_id).unwrap();
        word(function.name)
    };
    let gil = profile.sample.iter().find(|sample| word(sample.label[0].str) == "gil").unwrap();
    assert_eq!(gil.location_id.iter().map(|&id| name(id)).collect::<Vec<_>>(), ["shop.price", "m.main"]);
    assert_eq!(gil.value, [0, 1_000_000_000]);
}

#[test]
fn trace_events_lie_within_their_callers() {
    let value: serde_json::Value = serde_json::from_str(&text(Export::Trace)).unwrap();
    let span = |name: &str| {
        let event = value["traceEvents"].as_array().unwrap().iter().find(|event| event["name"] == name).unwrap();
        let (start, length) = (event["ts"].as_f64().unwrap(), event["dur"].as_f64().unwrap());
        (start, start + length)
    };
    let (main, price, gil) = (span("main (m.py:1)"), span("price (shop.py:1)"), span("waiting for the GIL"));
    let other = span("a;b <x> (json.py:1)");
    assert!(main.0 <= price.0 && price.1 <= other.0 && other.1 <= main.1);
    assert!(price.0 <= gil.0 && gil.1 <= price.1);
    assert!(span(OUTSIDE).0 >= main.1);
}

#[test]
fn the_flame_graph_is_one_well_formed_file() {
    let svg = text(Export::Svg);
    assert!(!svg.contains("http://") || svg.matches("http://").count() == 1, "only the namespace");
    assert!(svg.contains("json.a;b &lt;x&gt;") && !svg.contains("<x>"));
    assert!(svg.contains("waiting for the GIL 1.000 s (27.6 %)"));
    assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
    assert_eq!(svg.matches("class=\"f\"").count(), 5);
}

#[test]
fn nothing_measured_is_drawn_without_a_panic() {
    for format in Export::ALL {
        assert!(!format.render(&measurement(&[])).unwrap().is_empty() || format == Export::Collapsed, "{format:?}");
    }
}
