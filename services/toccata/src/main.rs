//! `toccata`: the one command people type.

mod commands;
mod failure;
mod terminal;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Piano performances labelled with which finger played each note.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Label(commands::label::Label),
    Keyboard(commands::keyboard::Keyboard),
    Hands(commands::hands::Hands),
    Transcribe(commands::transcribe::Transcribe),
    Evaluate(commands::evaluate::Evaluate),
    Synthesize(commands::synthesize::Synthesize),
    Models(commands::models::Models),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Label(command) => (command.json, command.run()),
        Command::Keyboard(command) => (command.json, command.run()),
        Command::Hands(command) => (command.json, command.run()),
        Command::Transcribe(command) => (command.json, command.run()),
        Command::Evaluate(command) => (command.json(), command.run()),
        Command::Synthesize(command) => (command.json, command.run()),
        Command::Models(command) => (false, command.run()),
    };
    match result {
        (_, Ok(())) => ExitCode::SUCCESS,
        (json, Err(failure)) => failure.report(json),
    }
}
