//! Measures a command and prints the table behind `pivot analyze`: for work on the profiler.
//!
//!     cargo run --example profile -- [--rate N] [--duration S] [--root DIR] [--json FILE] -- python workload.py

use std::path::{Path, PathBuf};
use std::time::Duration;

use pivot::host::{Disk, Files};
use pivot::measurement::{Measurement, Reason};
use pivot::profiler::{RunSettings, run};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let here = std::env::current_dir().expect("a current folder");
    let mut settings = RunSettings::new(Vec::new(), here);
    let mut json = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value");
        match argument.as_str() {
            "--rate" => settings.rate = value().parse().expect("a number"),
            "--duration" => settings.duration = Some(Duration::from_secs_f64(value().parse().expect("seconds"))),
            "--timeout" => settings.timeout = Some(Duration::from_secs_f64(value().parse().expect("seconds"))),
            "--root" => settings.project_root = PathBuf::from(value()).canonicalize().expect("a folder"),
            "--json" => json = Some(value()),
            _ => break,
        }
    }
    settings.command = arguments.collect();
    match run(&settings, &|_, _| None, &|| false) {
        Ok(measurement) => {
            print(&measurement);
            if let Some(file) = json {
                let text = serde_json::to_string(&measurement).expect("plain data");
                Disk.write(Path::new(&file), text.as_bytes()).expect("a file to write");
            }
        }
        Err(error) => eprintln!("{error}\n{}", error.help().unwrap_or_default()),
    }
}

fn print(m: &Measurement) {
    let total = m.total();
    eprintln!("{:?} after {:.2} s, cpu {:.3} s (user+system), {:?}", m.ending, m.wall_seconds, m.cpu.total(), m.cpu);
    eprintln!("{:?}, {:?}", m.sampling, m.native_method);
    for process in &m.processes {
        eprintln!("{process:?}");
    }
    for reason in Reason::ALL {
        eprintln!("  {:7.3} s {}", total.of(reason), reason.words());
    }
    eprintln!("  {:7.3} s on a processor outside of Python", m.outside.cpu());
    for h in m.hotspots().iter().take(15) {
        let i = &h.cpu_share;
        let c = &h.cost;
        eprintln!(
            "{:5.1} % [{:4.1} {:4.1} deff {:4.1}] own {:5.1} %  native {:4.1} %  wall {:6.2} s: gil {:5.2} io {:5.2} lock {:5.2} sleep {:5.2} queue {:5.2}  {}",
            100.0 * i.value,
            100.0 * i.low,
            100.0 * i.high,
            i.design_effect,
            100.0 * h.own_cpu_share,
            100.0 * c.total.native / c.total.cpu().max(1e-9),
            c.total.wall(),
            c.total.gil,
            c.total.io,
            c.total.lock,
            c.total.sleep,
            c.total.queue,
            h.name
        );
    }
    for warning in m.warnings() {
        eprintln!("warning: {} ({})", warning.message, warning.help.unwrap_or_default());
    }
}
