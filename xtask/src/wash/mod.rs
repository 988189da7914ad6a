//! `cargo xtask wash`: what the sanitiser promises beside keeping harm out. Washing twice changes nothing, Chromium reads
//! the result as the tree that was meant, and newsletters look as they did.

mod again;
mod generate;
mod generate_css;
mod look;
mod tree;
mod words;
mod words_css;

use crate::{
    console::{Step, say},
    payloads::{Payload, Sources},
    setup,
};
use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::Serialize;

/// What to wash.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// So many generated inputs
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    count: usize,
    /// So many of them are read by Chromium
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    trees: usize,
    /// Where the inputs are generated from; the same ones for the same seed
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    sources: Sources,
    /// Only this part; can be given more than once
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Print the generated input of this number, and do nothing else
    #[arg(long, value_name = "NUMBER")]
    show: Option<u64>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Generated inputs, washed twice
    Generated,
    /// The corpus, washed twice
    Corpus,
    /// What Chromium reads, compared with what was meant
    Tree,
    /// Newsletters, before and after
    Look,
}

impl Options {
    /// A short run over our own samples, always the same. That washing twice changes nothing is a unit test.
    pub(crate) fn short() -> Self {
        Self {
            count: 0,
            trees: 1000,
            seed: 1,
            sources: Sources::samples(),
            only: vec![Part::Tree],
            show: None,
            json: false,
        }
    }

    fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

/// What was found; parts that were not asked for are missing.
#[derive(Debug, Default, Serialize)]
struct Report {
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    corpus: Option<again::Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generated: Option<again::Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree: Option<tree::Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    look: Option<look::Row>,
}

/// Prints what was found, and fails when anything was.
pub(crate) fn run(options: &Options) -> Result<()> {
    let sources = options.sources.or_corpus();
    let payloads = sources.read()?;
    let seeds: Vec<String> = payloads.iter().map(|payload| payload.html.clone()).collect();
    let generated = |index: usize| generate::input(options.seed, index as u64, &seeds);
    if let Some(index) = options.show {
        println!("{}", generate::input(options.seed, index, &seeds));
        return Ok(());
    }
    let mut report = Report {
        seed: options.seed,
        ..Report::default()
    };
    say(&format!("seed {}, {} payloads", options.seed, payloads.len()));
    if options.has(Part::Corpus) {
        let step = Step::begin("Washing the payloads twice");
        let input = |index: usize| payloads.get(index).map(both).unwrap_or_default();
        report.corpus = Some(again::run(payloads.len(), "washed", &input));
        step.end();
    }
    if options.has(Part::Generated) {
        let step = Step::begin(&format!("Washing {} generated inputs twice", options.count));
        let input = |index: usize| (index.to_string(), generated(index));
        report.generated = Some(again::run(options.count, "washed", &input));
        step.end();
    }
    if options.has(Part::Tree) {
        setup::run(&setup::Options { tests: true })?;
        let inputs = payloads.iter().map(both);
        let inputs = inputs.chain((0..options.trees).map(|index| (index.to_string(), generated(index))));
        report.tree = Some(tree::run(inputs, payloads.len() + options.trees)?);
    }
    if options.has(Part::Look) {
        report.look = look::run(sources.mail.as_deref())?;
    }
    tell(&report, options.json)
}

fn both(payload: &Payload) -> (String, String) {
    (payload.id.clone(), payload.html.clone())
}

fn tell(report: &Report, is_json: bool) -> Result<()> {
    let findings = [&report.corpus, &report.generated].into_iter().flatten();
    for finding in findings.clone().flat_map(|row| &row.findings) {
        say(&format!("{}: {:?} {}", finding.id, finding.html, finding.what));
    }
    if is_json {
        println!("{}", serde_json::to_string(report).context("Write JSON")?);
    } else {
        print(report);
    }
    let again: usize = findings.map(again::Row::faults).sum();
    let mutations = report.tree.as_ref().map_or(0, |row| row.mutations);
    ensure!(again == 0, "{again} inputs are not washed well; they are listed above");
    ensure!(
        mutations == 0,
        "{mutations} results are read in another way than they were meant"
    );
    ensure!(
        report.look.as_ref().is_none_or(look::Row::is_well),
        "too many newsletters do not look as they did"
    );
    Ok(())
}

fn print(report: &Report) {
    let rows = [("corpus", &report.corpus), ("generated", &report.generated)];
    println!(
        "{:<10} {:>9} {:>8} {:>11} {:>7} {:>9} {:>11}",
        "part", "inputs", "changed", "violations", "panics", "inputs/s", "slowest ms"
    );
    for (name, row) in rows {
        let Some(row) = row else { continue };
        println!(
            "{name:<10} {:>9} {:>8} {:>11} {:>7} {:>9} {:>11.1}",
            row.inputs, row.changed, row.violations, row.panics, row.per_second, row.slowest_ms
        );
    }
    if let Some(row) = &report.tree {
        println!(
            "tree: {} results read by Chromium, {} otherwise than meant",
            row.documents, row.mutations
        );
    }
    if let Some(row) = &report.look {
        row.print();
    }
}
