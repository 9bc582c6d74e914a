//! Reads a whole file and says what came out: `cargo run --release -p media --example frames -- FILE`.

use hearing::AudioSource;
use vision::FrameSource;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a media file")?;
    let path = std::path::Path::new(&path);
    println!("{:?}", media::probe(path)?);
    let mut reader = media::VideoReader::open(path)?;
    let (mut count, mut last) = (0, 0.0);
    while let Some(shown) = reader.next_frame()? {
        count += 1;
        last = shown.secs;
    }
    println!("{count} pictures, the last at {last:.3} s");
    let mut samples = Vec::new();
    match media::AudioReader::open(path, 44_100, 2) {
        Ok(mut source) => {
            let mut frames = 0;
            while source.read(44_100, &mut samples)? > 0 {
                frames += samples.len() / source.channels();
                samples.clear();
            }
            println!("{:.3} s of sound", frames as f64 / 44_100.0);
        }
        Err(error) => println!("{error}"),
    }
    Ok(())
}
