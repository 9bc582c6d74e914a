//! An S3 server for this machine alone: `s3-server FOLDER ADDRESS [BUCKET...]`. For `make cluster` and benchmarks; its key is
//! printed, and it is no store for anything that matters.

use std::path::Path;
use tests::harness::{Faults, S3};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, address, buckets @ ..] = arguments.as_slice() else {
        eprintln!("usage: s3-server FOLDER ADDRESS [BUCKET...]");
        std::process::exit(2);
    };
    for bucket in buckets {
        std::fs::create_dir_all(Path::new(folder).join(bucket))?;
    }
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{} key {} secret {}", listener.local_addr()?, S3::ACCESS_KEY, S3::SECRET_KEY);
    S3::serve(Path::new(folder), listener, Faults::default()).await;
    Ok(())
}
