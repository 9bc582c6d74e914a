//! How a command ends when it does not succeed: exit status, and what is printed where.

use labeler::error::LabelError;
use labeling::refusal::Refusal;
use sources::{FetchError, FetchErrorClass};
use std::error::Error;
use std::process::ExitCode;
use trainer::error::TrainError;

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// The input cannot be worked on: exit status 3.
    Refused(Refusal),
    /// The video did not come from the web: exit status 3 where asking again now is no use, else 1.
    NotFetched(FetchError),
    /// The command was typed wrongly: exit status 2.
    Usage(String),
    /// A job ended without a result: exit status 3.
    Ended(String),
    /// The piece or recording cannot be played: exit status 3.
    NotPlayable(trainer::error::Refusal),
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
            Failure::NotPlayable(refusal) => {
                if json {
                    println!("{}", serde_json::json!({ "refusal": refusal }));
                } else {
                    eprintln!("refused ({}): {}\n  {}", refusal.code, refusal.message, refusal.hint);
                }
                ExitCode::from(3)
            }
            Failure::NotFetched(error) => {
                let hint = what_to_do(error);
                if json {
                    let refusal = serde_json::json!({ "code": error.code, "message": error.message, "hint": hint });
                    println!("{}", serde_json::json!({ "refusal": refusal }));
                } else {
                    eprintln!("not fetched ({}): {}\n  {hint}", error.code, error.message);
                }
                ExitCode::from(if is_final(error) { 3 } else { 1 })
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

/// Whether asking again at once is no use.
fn is_final(error: &FetchError) -> bool {
    use FetchErrorClass::{Deferred, Permanent, Throttled};
    matches!(error.class, Permanent | Deferred | Throttled)
}

/// What a person can do about a video that did not come.
fn what_to_do(error: &FetchError) -> String {
    match (error.class, error.code, error.retry_after) {
        (_, "address_not_allowed", _) => {
            "Give an https address of a public host; who else may be asked is a setting (guard.opened_networks, guard.allow_http)."
                .to_owned()
        }
        (_, "too_large", _) => "Raise the limit with --max-bytes or --max-secs.".to_owned(),
        (_, "tool_missing", _) => "Run `toccata models fetch`, or name another yt-dlp in the settings (fetch.yt_dlp).".to_owned(),
        (FetchErrorClass::Throttled | FetchErrorClass::Deferred, _, Some(wait)) => {
            format!("The host asks to be left alone for {} s; try again then.", wait.as_secs())
        }
        (FetchErrorClass::Throttled, ..) => "The host asks to be left alone; try again in a quarter of an hour.".to_owned(),
        (FetchErrorClass::Deferred, ..) => "Try again when the video has been published.".to_owned(),
        (FetchErrorClass::ToolBug, ..) => "yt-dlp no longer understands the site: upgrade it (fetch.yt_dlp in the settings).".to_owned(),
        (FetchErrorClass::Permanent, ..) => "Check the address in a browser, or download the video yourself and give the file.".to_owned(),
        _ => "Try again; what has arrived is kept and goes on.".to_owned(),
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Failure {
        match error.class {
            FetchErrorClass::Stopped => Failure::Interrupted,
            _ => Failure::NotFetched(error),
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

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Failure {
        match error {
            TrainError::Refused(refusal) => Failure::NotPlayable(refusal),
            TrainError::Stopped => Failure::Interrupted,
            TrainError::Fault(error) => Failure::Fault(error),
        }
    }
}

/// Makes any error a fault: `.map_err(fault)?`.
pub fn fault(error: impl Error + Send + Sync + 'static) -> Failure {
    Failure::Fault(Box::new(error))
}
