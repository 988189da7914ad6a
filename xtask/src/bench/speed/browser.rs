//! The browser's half: a script that drives Chromium, spoken to by one JSON object a line.

use crate::shell;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

/// A running browser. It ends when this is dropped, since the script's stdin ends with it.
pub(super) struct Browser {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

/// What the clock in the page said of one run. Times in ms, sizes in octets over the socket.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Sample {
    /// The frame that shows the result.
    pub(super) painted: f64,
    /// The first sign of it, where that is another frame.
    pub(super) first: Option<f64>,
    /// The server's answer.
    pub(super) answered: Option<f64>,
    /// Wall clock at the end, ms since 1970.
    pub(super) ended_at: f64,
    pub(super) received: u64,
    pub(super) sent: u64,
    /// All that came over the wire up to here, with the app itself.
    pub(super) visit: Option<Visit>,
}

/// The way from nothing to the first rows.
#[derive(Clone, Copy, Debug, Deserialize, serde::Serialize)]
pub(super) struct Visit {
    pub(super) octets: u64,
    pub(super) requests: u64,
}

/// What a page weighs after scrolling through the whole mailbox.
#[derive(Clone, Debug, Deserialize, serde::Serialize)]
pub(super) struct Footprint {
    pub(super) heap_octets: f64,
    pub(super) elements: u64,
    /// Tasks over 50 ms while scrolling.
    pub(super) long_tasks: u64,
    pub(super) longest_task_ms: f64,
    /// Of the browser.
    pub(super) version: String,
}

/// What rows say, by their index (from 1).
#[derive(Debug, Deserialize)]
pub(super) struct Rows {
    pub(super) rows: Vec<(u64, String)>,
}

impl Browser {
    /// Starts Chromium for the webmail at this address.
    pub(super) fn start(url: &str) -> Result<Self> {
        let mut script = shell::command("node");
        script
            .args(["bench/measure.mjs", url])
            .current_dir(shell::root().join("app/e2e"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = script.spawn().context("Start node")?;
        let orders = child.stdin.take();
        let answers = child.stdout.take().context("Hear the browser")?;
        Ok(Self {
            child,
            orders,
            answers: BufReader::new(answers).lines(),
        })
    }

    /// Gives an order and waits for its answer.
    pub(super) fn ask<A: DeserializeOwned>(&mut self, order: &Value) -> Result<A> {
        self.order(order)?;
        self.answer()
    }

    /// Gives an order.
    pub(super) fn order(&mut self, order: &Value) -> Result<()> {
        let orders = self.orders.as_mut().context("Order the browser")?;
        writeln!(orders, "{order}").context("Order the browser")
    }

    /// Waits for an answer.
    pub(super) fn answer<A: DeserializeOwned>(&mut self) -> Result<A> {
        let line = self.answers.next().context("The browser has ended")?;
        let line = line.context("Hear the browser")?;
        let fields: BTreeMap<String, Value> = serde_json::from_str(&line).context("Understand the browser")?;
        if let Some(error) = fields.get("error") {
            let screen = fields.get("screen").and_then(Value::as_str).unwrap_or_default();
            bail!("in the browser: {}\n{screen}", error.as_str().unwrap_or_default());
        }
        serde_json::from_str(&line).context("Understand the browser")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.orders = None;
        // It closes Chromium and ends; how it ended does not matter any more.
        let _ = self.child.wait();
    }
}
