//! How a command ends when it does not succeed: exit status, and what is printed where.

use labeler::error::LabelError;
use labeling::refusal::Refusal;
use std::error::Error;
use std::process::ExitCode;

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// The input cannot be worked on: exit status 3.
    Refused(Refusal),
    /// The command was typed wrongly: exit status 2.
    Usage(String),
    /// A job ended without a result: exit status 3.
    Ended(String),
    /// Ctrl-C: exit status 130, as shells expect.
    Interrupted,
    /// A fault of ours or of the machine: exit status 1.
    Fault(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// Prints what happened, for machines on stdout or for people on stderr, and gives the exit status.
    pub fn report(&self, json: bool) -> ExitCode {
        match self {
            Failure::Refused(refusal) => {
                if json {
                    println!("{}", serde_json::json!({ "refusal": refusal }));
                } else {
                    eprintln!("refused ({}): {}\n  {}", refusal.code.name(), refusal.message, refusal.hint);
                }
                ExitCode::from(3)
            }
            Failure::Usage(message) => {
                eprintln!("error: {message}");
                ExitCode::from(2)
            }
            Failure::Ended(message) => {
                eprintln!("{message}");
                ExitCode::from(3)
            }
            Failure::Interrupted => {
                eprintln!("stopped; what was finished is kept and will not be done again");
                ExitCode::from(130)
            }
            Failure::Fault(error) => {
                eprintln!("error: {error}");
                let mut cause = error.source();
                while let Some(error) = cause {
                    eprintln!("  because: {error}");
                    cause = error.source();
                }
                ExitCode::from(1)
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl From<LabelError> for Failure {
    fn from(error: LabelError) -> Failure {
        match error {
            LabelError::Refused(refusal) => Failure::Refused(refusal),
            LabelError::Stopped => Failure::Interrupted,
            LabelError::Usage(message) => Failure::Usage(message),
            LabelError::Fault(error) => Failure::Fault(error),
        }
    }
}

/// Makes any error a fault: `.map_err(fault)?`.
pub fn fault(error: impl Error + Send + Sync + 'static) -> Failure {
    Failure::Fault(Box::new(error))
}
