//! Progress for the person at the terminal: a line a stage on stderr, with a bar while it runs.

use bootstrap::shutdown::Shutdown;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use labeler::progress::{Listener, Progress};
use std::time::Duration;

/// Tells a person (or, with `--json`, nobody) how it goes.
pub struct Terminal {
    bar: ProgressBar,
    quiet: bool,
    shutdown: Shutdown,
}

const STEPS: u64 = 1000;

impl Terminal {
    /// Progress on stderr unless `quiet`; stops when `shutdown` says so.
    pub fn new(quiet: bool, shutdown: Shutdown) -> Terminal {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(STEPS), target);
        if let Ok(style) = ProgressStyle::with_template("{prefix:<10} {bar:32} {percent:>3} %  {elapsed} {stopping}") {
            // A stage looks for a wish to stop between two pieces of work; until then the person is told that it was heard.
            let heard = shutdown.clone();
            let stopping = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                if heard.requested() {
                    let _ = out.write_str("stopping");
                }
            };
            bar.set_style(style.with_key("stopping", stopping));
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Terminal { bar, quiet, shutdown }
    }
}

impl Listener for Terminal {
    fn hear(&mut self, progress: Progress) {
        match progress {
            Progress::Begun(stage) => {
                self.bar.reset();
                self.bar.set_prefix(stage.name());
            }
            Progress::Advanced(_, part) => self.bar.set_position((part.clamp(0.0, 1.0) * STEPS as f64) as u64),
            Progress::Done { stage, found, kept } => {
                let how = if kept {
                    "kept".to_owned()
                } else {
                    format!("{:.1} s", self.bar.elapsed().as_secs_f64())
                };
                if !self.quiet {
                    self.bar.suspend(|| eprintln!("{:<10} {found} ({how})", stage.name()));
                }
            }
        }
    }

    fn stop_requested(&self) -> bool {
        self.shutdown.requested()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
