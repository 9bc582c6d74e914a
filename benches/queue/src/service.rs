//! What the whole service promises, measured over HTTP on the program `api`.

use crate::{Failed, ServiceArguments};

pub async fn run(_arguments: &ServiceArguments) -> Result<(), Failed> {
    Ok(())
}
