//! The same programs under this engine, loom and shuttle, in one run: `cargo bench -p benches`.
//!
//! Only ratios travel: another machine has other nanoseconds. So contenders take turns in short
//! rounds; the tables give the median of the rounds with the least and the greatest, and ratios are
//! medians of the ratios within each round. Everything but times follows from seeds.
//!
//! What is favourable to a peer is granted to it: process 0 is the peer's main thread, so that it
//! needs one thread less; where bare spin loops get it nowhere, it may yield, and the table says so.

mod contract;
mod measure;
mod on_harness;
mod on_loom;
mod on_shuttle;
mod sections;
mod table;
mod verdict;

use std::io::{self, Write};
use std::process::Command;

fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc).arg("--version").output();
    said.map_or_else(
        |_| "rustc of unknown version".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    writeln!(out, "# This engine, shuttle 0.9 and loom 0.7 on the same programs\n")?;
    writeln!(
        out,
        "{}, {} {}, {cores} cores, of which one is used. *n × m*: n processes that enter m times \
         each. Times are the thread's own on its core. *Ours : this*, *ours : peer*: the smaller side is 1.\n",
        compiler(),
        std::env::consts::ARCH,
        std::env::consts::OS,
    )?;

    let mut summary = sections::Summary::new();
    sections::operations::measure(&mut out, &mut summary)?;
    sections::smallest::measure(&mut out, &mut summary)?;
    sections::exhaustive::measure(&mut out, &mut summary)?;
    sections::finding::measure(&mut out, &mut summary)?;
    sections::alarms::measure(&mut out, &mut summary)?;
    summary.print(&mut out)
}
