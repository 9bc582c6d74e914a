//! Logging for operators: to stderr, silent unless `RUST_LOG` asks for it.

use std::io::IsTerminal;

/// Begins logging.
pub fn start() {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(tracing_subscriber::filter::LevelFilter::ERROR.into())
        .from_env_lossy();
    // A program may start it twice in tests; the first one stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
}

/// How a service logs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `text` for people, `json` for collectors.
    pub format: LogFormat,
    /// What is logged: `info`, or `warn,worker=debug`.
    pub filter: String,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors: an object a line.
    Json,
}

impl Default for LogConfig {
    fn default() -> LogConfig {
        LogConfig {
            format: LogFormat::Text,
            // sqlx and lapin tell every statement and frame at this level.
            filter: "info,sqlx=warn,lapin=warn,object_store=warn".to_owned(),
        }
    }
}

/// Begins logging as a service: to stderr, with the fields of spans.
pub fn start_service(config: &LogConfig) {
    let filter = tracing_subscriber::EnvFilter::builder().parse_lossy(&config.filter);
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A program may start it twice in tests; the first one stays.
    let _ = match config.format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
}
