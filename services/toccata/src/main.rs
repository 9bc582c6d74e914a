//! `toccata`: the one command people type.

mod client;
mod commands;
mod failure;
mod from_web;
mod sound_font;
mod terminal;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Piano performances labelled with which finger played each note.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
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
    Finger(commands::finger::FingerScore),
    Train(commands::train::Train),
    Distill(commands::distill::Distill),
    Play(commands::play::Play),
    Models(commands::models::Models),
    Dev(commands::dev::Dev),
    Submit(commands::submit::Submit),
    List(commands::list::List),
    Watch(commands::watch::Watch),
    Cancel(commands::cancel::Cancel),
    Retry(commands::retry::Retry),
    Download(commands::download::Download),
    Keys(commands::keys::Keys),
}

fn main() -> ExitCode {
    // Videos are labelled by children of this program when it runs the service.
    if labeler::child::is_child() {
        return labeler::child::run();
    }
    let result = match Arguments::parse().command {
        Command::Label(command) => (command.json, command.run()),
        Command::Keyboard(command) => (command.json, command.run()),
        Command::Hands(command) => (command.json, command.run()),
        Command::Transcribe(command) => (command.json, command.run()),
        Command::Evaluate(command) => (command.json(), command.run()),
        Command::Synthesize(command) => (command.json, command.run()),
        Command::Finger(command) => (command.json, command.run()),
        Command::Train(command) => (command.json, command.run()),
        Command::Distill(command) => (command.json, command.run()),
        Command::Play(command) => (command.json, command.run()),
        Command::Models(command) => (false, command.run()),
        Command::Dev(command) => (false, command.run()),
        Command::Submit(command) => (command.json, command.run()),
        Command::List(command) => (command.json, command.run()),
        Command::Watch(command) => (command.json, command.run()),
        Command::Cancel(command) => (false, command.run()),
        Command::Retry(command) => (false, command.run()),
        Command::Download(command) => (false, command.run()),
        Command::Keys(command) => (false, command.run()),
    };
    match result {
        (_, Ok(())) => ExitCode::SUCCESS,
        (json, Err(failure)) => failure.report(json),
    }
}
