//! Generates the messages of proto/ without a protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=../../proto");
    let files = protox::compile(["toccata/v1/job_ready.proto"], ["../../proto"])?;
    prost_build::compile_fds(files)?;
    Ok(())
}
