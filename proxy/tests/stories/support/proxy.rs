//! `surat serve` as a process of its own, as it is shipped.

use super::PATIENCE;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
};
use surat_testbed::Testbed;
use tempfile::TempDir;

/// A running proxy. Dropped, it is killed.
pub struct Proxy {
    child: Child,
    /// `http://127.0.0.1:…`
    pub origin: String,
    log: Arc<Mutex<String>>,
    _folder: Arc<TempDir>,
}

impl Proxy {
    /// A proxy before the servers of a test bed.
    pub async fn start(testbed: &Testbed) -> Self {
        Self::start_with(testbed, &[]).await
    }

    /// The same with further options, which go before the usual ones.
    pub async fn start_with(testbed: &Testbed, options: &[&str]) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::start_in(&folder, testbed, options).await
    }

    /// The same with its secret in a folder that outlives it.
    pub async fn start_in(folder: &Arc<TempDir>, testbed: &Testbed, options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_surat"));
        command
            .arg("serve")
            .args(options)
            .current_dir(folder.path())
            .stderr(Stdio::piped());
        let usual = [
            ("SURAT_LISTEN", "127.0.0.1:0".to_owned()),
            ("SURAT_IMAP_URL", format!("imap://127.0.0.1:{}", testbed.imap_port)),
            ("SURAT_SMTP_URL", format!("smtp://127.0.0.1:{}", testbed.smtp_port)),
            ("SURAT_CA_FILE", testbed.ca_file().display().to_string()),
            ("SURAT_LOG", "info,surat_proxy=debug".to_owned()),
        ];
        let mut child = command.envs(usual).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (sender, receiver) = mpsc::channel();
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&log));
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once(" listens on ") {
                    let _ = sender.send(rest.split(',').next().unwrap_or_default().to_owned());
                }
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        let origin = tokio::task::spawn_blocking(move || receiver.recv_timeout(PATIENCE))
            .await
            .unwrap();
        let origin = origin.unwrap_or_else(|_| panic!("the proxy did not start: {}", log.lock().unwrap()));
        Self {
            child,
            origin,
            log,
            _folder: Arc::clone(folder),
        }
    }

    /// Everything that it has logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Its process.
    fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Most memory that it has had at once, in octets (VmHWM).
    pub fn peak_octets(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kilobytes * 1024
    }

    /// Asks it to stop, and waits for its exit code.
    pub async fn terminate(mut self) -> Option<i32> {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        tokio::task::spawn_blocking(move || self.child.wait().unwrap().code())
            .await
            .unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("The proxy said:\n{}", self.log());
        }
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
