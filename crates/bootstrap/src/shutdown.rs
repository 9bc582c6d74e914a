//! Stopping when asked: Ctrl-C and SIGTERM.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody asked the program to stop. Cheap to clone and to ask.
#[derive(Clone, Debug, Default)]
pub struct Shutdown(Arc<AtomicBool>);

impl Shutdown {
    /// Listens for Ctrl-C and SIGTERM from now on. The first asks the program to stop; a second ends it at once.
    pub fn listen() -> std::io::Result<Shutdown> {
        let shutdown = Shutdown::default();
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            // The order matters: on the second signal the flag is already set and the default action follows.
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&shutdown.0))?;
            signal_hook::flag::register(signal, Arc::clone(&shutdown.0))?;
        }
        Ok(shutdown)
    }

    /// Asks the program to stop, as a signal would.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether to stop now.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// For programs whose tasks wait: turns true at the first Ctrl-C or SIGTERM. A second one ends the program at once.
pub fn listen_for_tasks() -> std::io::Result<tokio::sync::watch::Receiver<bool>> {
    let shutdown = Shutdown::listen()?;
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM])?;
    let (sender, receiver) = tokio::sync::watch::channel(false);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for _ in signals.forever() {
            // Nobody listens any more only when the program is ending anyway.
            let _ = sender.send(true);
            if shutdown.requested() {
                tracing::info!("stopping; what is in hand is given back");
            }
        }
    })?;
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_remembered() {
        let shutdown = Shutdown::listen().unwrap();
        assert!(!shutdown.requested());
        signal_hook::low_level::raise(signal_hook::consts::SIGTERM).unwrap();
        assert!(shutdown.requested());
    }
}
